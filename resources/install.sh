#!/bin/sh
# From a fresh checkout on Debian or Ubuntu to the running program, to the tests, or to what can
# be checked without running anything:
#
#     sh resources/install.sh start [OPTIONS OF rnnviz]
#     sh resources/install.sh test [OPTIONS OF pytest]
#     sh resources/install.sh lint
#
# System packages are installed with apt-get, everything else into .venv here, in the versions
# of resources/constraints.txt. A second run finds all in place and goes on at once.
set -eu

cd "$(dirname "$0")/.."

main() {
    case ${1:-} in
        start) extra= ;;
        test | lint) extra='[test]' ;;
        *) fail 'What shall it be? sh resources/install.sh start, sh resources/install.sh test, or sh resources/install.sh lint.' ;;
    esac
    what=$1
    shift
    python=$(find_python) || python=
    install_system_packages
    [ -n "$python" ] || python=$(find_python) ||
        fail 'rnnviz needs Python 3.11 or newer: install it, then run this line again.'
    install_python_packages
    case $what in
        start) exec .venv/bin/python -m rnnviz "$@" ;;
        test) QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} exec .venv/bin/python -m pytest "$@" ;;
    esac
    .venv/bin/python -m ruff check .
    .venv/bin/python -m ruff format --check .
    .venv/bin/python -m mypy
}

fail() {
    echo "$1" >&2
    exit 2
}

find_python() {
    for candidate in python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# --- system packages ---------------------------------------------------------------------

install_system_packages() {
    if ! command -v dpkg-query >/dev/null; then
        return 0 # no Debian: rnnviz itself says which libraries it misses
    fi
    # What Qt loads for a window, as in rnnviz/gui/preflight.py, and letters to write with.
    # "a|b": the name differs between versions of Debian and Ubuntu.
    wanted='libegl1 libgl1 libglib2.0-0t64|libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3
        libx11-6 libx11-xcb1 libxkbcommon0 libxkbcommon-x11-0 libxcb1 libxcb-cursor0
        libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render0
        libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1
        libxcb-xfixes0 libxcb-xkb1 libwayland-client0 libwayland-cursor0 fonts-dejavu-core'
    case $what in
        start) wanted="$wanted fonts-noto-cjk" ;; # Korean
        test) wanted="$wanted xvfb xdotool" ;;
        lint) wanted= ;;
    esac
    wanted="$wanted $(python_packages)"

    known=$(dpkg-query -W -f '${Package} ${Status}\n' | sed -n 's/ install ok installed$//p')
    missing=
    for names in $wanted; do
        installed "$names" || missing="$missing $names"
    done
    [ -n "$missing" ] || return 0

    sudo=
    if [ "$(id -u)" != 0 ]; then
        sudo=sudo
        # Where nobody can type a password, sudo need not complain about that as well.
        sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null && sudo true; } ||
            fail "This account may not install the system packages that are missing: ask for \`apt-get install$(usual_names)\`."
    fi
    echo "Installing system packages:$(usual_names)"
    $sudo apt-get update -qq || true # one source that is gone need not matter
    chosen=
    for names in $missing; do
        chosen="$chosen $(available "$names")"
    done
    # shellcheck disable=SC2086  # one word a package
    said=$($sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends $chosen 2>&1) ||
        fail "$said
apt-get could not install$chosen: its reason is above."
}

# Debian keeps venv's pip apart from Python, in a package for each version.
python_packages() {
    if [ -z "$python" ]; then
        echo 'python3.11|python3 python3.11-venv|python3-venv'
    elif ! .venv/bin/python -c 'import pip' 2>/dev/null &&
        ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'
    fi
}

installed() {
    for name in $(echo "$1" | tr '|' ' '); do
        case "
$known
" in *"
$name
"*) return 0 ;; esac
    done
    return 1
}

# Which of two names this system has.
available() {
    for name in $(echo "$1" | tr '|' ' '); do
        if apt-cache show "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "$name"
}

# Of two names the last: apt-get takes it on the newer systems too.
usual_names() {
    for names in $missing; do
        printf ' %s' "${names##*|}"
    done
}

# --- Python packages ---------------------------------------------------------------------

install_python_packages() {
    # What was installed last: the same declaration and versions, the same Python and folder.
    stamp="$(cat pyproject.toml resources/constraints.txt "$0" 2>/dev/null | cksum) $("$python" -V) $PWD"
    for done in .venv/installed$extra '.venv/installed[test]'; do
        [ "$(cat "$done" 2>/dev/null)" != "$stamp" ] || return 0
    done
    echo 'Installing Python packages into .venv (the first time, this takes a few minutes)'
    .venv/bin/python -c 'import pip' 2>/dev/null || "$python" -m venv --clear .venv ||
        fail "The folder .venv could not be made in $PWD: its reason is above."
    # In the versions that were tested. Of that of torch pip takes a build for the CPU where its
    # index or --find-links has one; left to the range in pyproject.toml it takes the newest, with
    # several GB of CUDA.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --constraint resources/constraints.txt --editable ".$extra" ||
        fail 'pip could not install the Python packages; its reason is above.'
    rm -f .venv/installed*
    echo "$stamp" >".venv/installed$extra"
}

main "$@"
