"""
Serves the local file system over paramiko on a free loopback port, which it prints. User, password and host key come from the
environment. paramiko is the protocol; what a file is its users write themselves, as here.
"""

import os
import socket
import threading

import paramiko


class Login(paramiko.ServerInterface):
    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        right = (username, password) == (os.environ["SERVER_USER"], os.environ["SERVER_PASSWORD"])
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


class Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def chattr(self, attr):
        paramiko.SFTPServer.set_file_attr(self.filename, attr)
        return paramiko.SFTP_OK


def answered(call):
    """System errors as statuses."""

    def wrapped(*args):
        try:
            found = call(*args)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK if found is None else found

    return wrapped


class Files(paramiko.SFTPServerInterface):
    @answered
    def list_folder(self, path):
        return [
            paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name) for name in os.listdir(path)
        ]

    @answered
    def stat(self, path):
        return paramiko.SFTPAttributes.from_stat(os.stat(path))

    @answered
    def lstat(self, path):
        return paramiko.SFTPAttributes.from_stat(os.lstat(path))

    @answered
    def open(self, path, flags, attr):
        number = os.open(path, flags, 0o644)
        mode = "r+b" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb"
        file = os.fdopen(number, mode, buffering=0)
        handle = Handle(flags)
        handle.filename = path
        handle.readfile = handle.writefile = file
        return handle

    @answered
    def remove(self, path):
        os.remove(path)

    @answered
    def rename(self, old, new):
        if os.path.lexists(new):
            return paramiko.SFTP_FAILURE
        os.rename(old, new)
        return None

    @answered
    def posix_rename(self, old, new):
        os.replace(old, new)

    @answered
    def mkdir(self, path, attr):
        os.mkdir(path)

    @answered
    def rmdir(self, path):
        os.rmdir(path)

    @answered
    def chattr(self, path, attr):
        paramiko.SFTPServer.set_file_attr(path, attr)

    @answered
    def readlink(self, path):
        return os.readlink(path)


def serve(connection, key):
    transport = paramiko.Transport(connection)
    transport.add_server_key(key)
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    try:
        transport.start_server(server=Login())
    except (paramiko.SSHException, EOFError):
        return
    channels = []  # one that nobody holds is closed
    while transport.is_active():
        channels.append(transport.accept(1))


def main():
    key = paramiko.PKey.from_path(os.environ["SERVER_HOST_KEY"])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, key), daemon=True).start()


main()
