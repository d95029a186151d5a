import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * Serves the local file system over Apache MINA SSHD on a free loopback port, which it prints. Its user, password and host key come
 * from the environment.
 */
public final class Server {
  public static void main(String[] words) throws Exception {
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(new FileKeyPairProvider(Path.of(System.getenv("SERVER_HOST_KEY"))));
    server.setPasswordAuthenticator(
        (user, password, session) ->
            user.equals(System.getenv("SERVER_USER")) && password.equals(System.getenv("SERVER_PASSWORD")));
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
    server.start();
    System.out.println(server.getPort());
    Thread.currentThread().join();
  }
}
