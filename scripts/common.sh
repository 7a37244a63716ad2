# What every script here shares: where the project is, its own tools first on the PATH, a voice.
# Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Everything that is built with, and nothing that happens to be installed elsewhere.
export PATH="$root/.tools/bin:$root/node_modules/.bin:$PATH"
# Local runs talk to nobody but the local machine.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false WRANGLER_LOG_PATH="$root/.wrangler/logs"

say() { printf '\033[1m→ %s\033[0m\n' "$*" >&2; }
die() {
	printf '\033[31m✗ %s\033[0m\n' "$1" >&2
	shift
	for line in "$@"; do printf '  %s\n' "$line" >&2; done
	exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# locked NAME: from here to the end of the script, one process at a time (where the system has flock).
locked() {
	has flock || return 0
	mkdir -p "$root/target"
	exec 9>"$root/target/.$1.lock"
	flock -n 9 || { say "waiting for another scripts/$1 to finish"; flock 9; }
}

# digest PATH…: one hash over the names and contents of all files below these paths, build output left out.
digest() {
	local sum=(sha256sum)
	has sha256sum || sum=(shasum -a 256)
	find "$@" -type f -not -path 'worker/build/*' -print0 | LC_ALL=C sort -z | xargs -0 "${sum[@]}" | "${sum[@]}" | cut -c1-32
}
