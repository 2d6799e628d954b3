# Shared by the scripts beside it: finds Python and makes the checkout's virtual environment.
#
#   . "$(dirname "$0")/lib.sh"
#   set_up        # what the product needs
#   set_up dev    # and what its tests and checks need
#
# Afterwards the working folder is the checkout and $venv_python runs in its virtual environment.

set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
venv_python="$root/.venv/bin/python"

# Somebody else's settings must not leak in, and a home that cannot be written to must not stop pip or the browser.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV DJANGO_SETTINGS_MODULE
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
    mkdir -p "$root/var/home"
    export HOME="$root/var/home"
fi

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return
        fi
    done
    fail "Freeslot needs Python 3.11 or newer: install it (Debian, Ubuntu: apt-get install python3 python3-venv)."
}

set_up() {
    local python
    python=$(find_python)
    "$python" tooling/setup.py "$@" || exit 1
}
