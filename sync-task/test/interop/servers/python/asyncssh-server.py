"""Serves the local file system over asyncssh on a free loopback port, which it prints. User, password and host key come from the environment."""

import asyncio
import os

import asyncssh


class Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (os.environ["SERVER_USER"], os.environ["SERVER_PASSWORD"])


async def main() -> None:
    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[os.environ["SERVER_HOST_KEY"]], sftp_factory=True
    )
    print(listener.get_port(), flush=True)
    await listener.wait_closed()


asyncio.run(main())
