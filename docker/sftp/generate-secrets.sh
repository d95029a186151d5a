#!/usr/bin/env bash
# Generates the stack's secrets once, in volumes that only the services that need them mount. Keeps existing secrets.
#   /secrets/postgres  passwords of the databases' owners      (read by postgres)
#   /secrets/sftp      host keys, authorised key, password     (read by the two SFTP servers)
#   /secrets/redis     its password                            (read by Redis)
#   /secrets/s3        keys of the S3 service              (read by it, where the profile s3 is on)
#   /secrets/airflow   Airflow's keys, the client's SSH key    (read by Airflow's containers)
set -euo pipefail
umask 077
cd /secrets

# once FILE COMMAND...: writes the output of COMMAND to FILE, completely or not at all.
once() {
  local file=$1; shift
  [ ! -s "$file" ] || return 0
  "$@" >"$file.new"
  mv "$file.new" "$file"
  echo "made $file"
}
random() { od -An -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }
fernet() { head -c 32 /dev/urandom | base64 | tr '+/' '-_'; }
key() { # file, comment
  [ ! -s "$1" ] || return 0
  rm -f "$1.new" "$1.new.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$2" -f "$1.new"
  mv "$1.new.pub" "$1.pub"
  mv "$1.new" "$1"
  echo "made $1"
}
known_hosts() {
  local server
  for server in sftp-source sftp-target; do printf '%s %s\n' "$server" "$(cut -d' ' -f1,2 "sftp/$server.pub")"; done
}

for name in postgres airflow sync_task; do once "postgres/$name" random 24; done

key sftp/sftp-source sftp-source
key sftp/sftp-target sftp-target
once sftp/password random 12

key airflow/sftp_private_key airflow
once sftp/authorized_keys cat airflow/sftp_private_key.pub
once airflow/known_hosts known_hosts
once s3/access_key random 10
once s3/secret_key random 20
once airflow/s3_access_key cat s3/access_key
once airflow/s3_secret_key cat s3/secret_key
once redis/password random 24
once airflow/redis_password cat redis/password
once airflow/broker_url printf 'redis://:%s@redis:6379/0' "$(cat redis/password)"
once airflow/fernet_key fernet
once airflow/jwt_secret random 32
once airflow/api_secret_key random 32
once airflow/state_password cat postgres/sync_task
once airflow/sql_alchemy_conn printf 'postgresql+psycopg2://airflow:%s@postgres:5432/airflow' "$(cat postgres/airflow)"
once airflow/result_backend printf 'db+postgresql://airflow:%s@postgres:5432/airflow' "$(cat postgres/airflow)"

chown -R 999:999 postgres   # the user of the postgres image
chown -R 50000:0 airflow    # the user of the airflow image
chmod 0700 postgres sftp s3 airflow redis
