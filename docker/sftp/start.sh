#!/usr/bin/env bash
# Serves /srv/data as SFTP_USER. The user gets the uid of the checkout's owner (seen in /reference): files put into ./data on
# the host can be read here, and files written here belong to the same person there.
set -euo pipefail
: "${SFTP_USER:?}" "${HOST_KEY_NAME:?}"

uid=$(stat -c %u /reference)
gid=$(stat -c %g /reference)
# Root owns the checkout, or file sharing shows root as the owner: use an ordinary user.
[ "$uid" != 0 ] || uid=1000
[ "$gid" != 0 ] || gid=1000
getent group "$gid" >/dev/null || groupadd --gid "$gid" sftp-data
id "$SFTP_USER" >/dev/null 2>&1 ||
  useradd --non-unique --uid "$uid" --gid "$gid" --home-dir /data --no-create-home --shell /usr/sbin/nologin "$SFTP_USER"
printf '%s:%s\n' "$SFTP_USER" "${SFTP_PASSWORD:-$(cat /secrets/password)}" | chpasswd
unset SFTP_PASSWORD

# The engine creates missing folders as root: give them to the owner of the checkout.
if [ "$(stat -c %u /srv/data)" = 0 ]; then
  chown "$uid:$gid" /srv/data && chmod 0755 /srv/data
fi

install -m 0600 "/secrets/$HOST_KEY_NAME" /run/host_key
install -m 0644 /secrets/authorized_keys /run/authorized_keys
exec /usr/sbin/sshd -D -e
