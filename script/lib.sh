# Shared by the scripts beside it: finds Python and makes the checkout's virtual environment.
#
#   . "$(dirname "$0")/lib.sh"
#   run_python product -m freeslot.cli …    # with what the product needs
#   run_python dev -m tooling.suite …       # and with what its tests and checks need

set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

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

# Makes the virtual environment if need be and becomes its Python: a signal to the script reaches what it runs.
run_python() {
    local python
    python=$(find_python)
    exec "$python" tooling/setup.py "$@"
}
