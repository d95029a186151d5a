#!/usr/bin/env bash
# deploy/ and the DAGs' Kubernetes engine on a real Kubernetes: see main.ts. On the one that KUBECONFIG names, for which K8S_E2E_REGISTRY says
# where to push the images to, or on one that K8S_E2E_ENGINE brings: a folder with `up` and `down`. K8S_E2E_KEEP=1 leaves it all running.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail() { echo "$*" >&2; exit 1; }

started=
stop() {
  if [ -n "$started" ] && [ "${K8S_E2E_KEEP:-}" != 1 ]; then "$K8S_E2E_ENGINE/down"; fi
}
trap stop EXIT

if [ -z "${KUBECONFIG:-}" ] && [ -n "${K8S_E2E_ENGINE:-}" ]; then
  eval "$("$K8S_E2E_ENGINE/up" --env)"
  kubectl --request-timeout=3s get --raw=/readyz >/dev/null 2>&1 || started=yes
  # Its tools are where the environment says only while it runs.
  "$K8S_E2E_ENGINE/up"
elif [ -n "${KUBECONFIG:-}" ]; then
  unset K8S_E2E_ENGINE
else
  fail 'No Kubernetes to test with: set KUBECONFIG to a cluster that may be written to (docs/guides/kubernetes.md)'
fi
for tool in docker kubectl kubeconform rclone tar flock; do
  command -v "$tool" >/dev/null || fail "$tool is missing: the test on Kubernetes needs docker, kubectl, kubeconform, rclone, tar and flock"
done
docker info >/dev/null 2>&1 || fail 'Docker is not running: the test on Kubernetes builds its images with it'
scripts/airflow-venv.sh || fail 'The test on Kubernetes needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: python3-venv)'
# One at a time: the names of the namespaces are fixed.
exec 9>"${TMPDIR:-/tmp}/sync-task-k8s-e2e.lock"
flock --wait 1800 9 || fail 'another test on Kubernetes has been running for half an hour: stop it first'

PATH=$PWD/node_modules/.bin:$PATH
# The cluster must not keep the lock.
node scripts/k8s-e2e/main.ts "$@" 9>&-
