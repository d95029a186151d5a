"""Copies a tree between two SFTP servers the way a task with Airflow's SFTPHook does (retrieve_file, store_file).

The hook walks the tree with listdir_attr and calls paramiko's get and put with their defaults (prefetching reads, the
size confirmed after the write). Kinder than the hook in one point: the connections stay open from file to file.

usage: paramiko-copy.py USER@HOST:PORT:FOLDER USER@HOST:PORT:FOLDER KEY-FILE KNOWN-HOSTS-FILE
"""

import re
import stat
import sys
import tempfile
from pathlib import Path, PurePosixPath

import paramiko


def connect(location, key_file, known_hosts_file):
    user, host, port, folder = re.fullmatch(r"([^@]+)@([^:]+):(\d+):(.+)", location).groups()
    client = paramiko.SSHClient()
    client.load_host_keys(known_hosts_file)
    client.connect(host, int(port), user, key_filename=key_file, allow_agent=False, look_for_keys=False)
    return client, client.open_sftp(), folder


def files_below(sftp, folder):
    for entry in sftp.listdir_attr(folder):
        path = f"{folder}/{entry.filename}"
        if stat.S_ISDIR(entry.st_mode):
            yield from files_below(sftp, path)
        else:
            yield path


def make_folders(sftp, folder, known):
    if folder in known:
        return
    make_folders(sftp, folder.parent, known)
    sftp.mkdir(str(folder))
    known.add(folder)


def main():
    source_location, target_location, key_file, known_hosts_file = sys.argv[1:]
    source_client, source, source_root = connect(source_location, key_file, known_hosts_file)
    target_client, target, target_root = connect(target_location, key_file, known_hosts_file)
    known = {PurePosixPath(target_root)}
    with tempfile.TemporaryDirectory() as scratch:
        local = Path(scratch) / "file"
        for path in files_below(source, source_root):
            destination = target_root + path[len(source_root) :]
            make_folders(target, PurePosixPath(destination).parent, known)
            source.get(path, str(local))
            target.put(str(local), destination)
            local.unlink()
    source_client.close()
    target_client.close()


main()
