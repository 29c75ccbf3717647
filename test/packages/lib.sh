# What the checks of the packages share: counting, in the words of TAP.
#
#	check WHAT COMMAND...		succeeds when the command does; else shows its output
#	refute WHAT COMMAND...		succeeds when the command fails
#	same WHAT HAVE WANT			succeeds when the two texts are the same; else shows a diff
#	skip WHAT WHY
#	finish						the counts, "N passed, N failed"; fails when something did
#
# A script that ends before "finish" has failed.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

set -u

gk_passed=0 gk_failed=0 gk_skipped=0 gk_finished=
scratch=$(mktemp -d)
chmod 755 "$scratch"

at_exit() { :; }

gk_at_exit() {
	local status=$?

	at_exit
	rm -rf "$scratch"
	if [ -z "$gk_finished" ]; then
		echo "not ok - the script ended early, with status $status"
		echo "$gk_passed passed, $((gk_failed + 1)) failed"
		exit 1
	fi
}
trap gk_at_exit EXIT
trap 'exit 1' INT TERM HUP

step() { printf '\n== %s\n' "$*"; }

passed() { gk_passed=$((gk_passed + 1)); echo "ok - $1"; }

failed() { gk_failed=$((gk_failed + 1)); echo "not ok - $1"; }

skip() { gk_skipped=$((gk_skipped + 1)); echo "ok - $1 # SKIP $2"; }

check() {
	local what=$1
	shift
	if "$@" >"$scratch/output" 2>&1; then
		passed "$what"
	else
		failed "$what"
		tail -60 "$scratch/output" | cut -c1-300 | sed 's/^/    /'
		return 1
	fi
}

refute() {
	local what=$1
	shift
	if ! "$@" >"$scratch/output" 2>&1; then
		passed "$what"
	else
		failed "$what"
		tail -60 "$scratch/output" | cut -c1-300 | sed 's/^/    /'
		return 1
	fi
}

same() {
	if [ "$2" = "$3" ]; then
		passed "$1"
	else
		failed "$1"
		diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") | sed 's/^/    /'
		return 1
	fi
}

# For commands whose output is asked about later: logged NAME COMMAND...
logged() {
	local log=$scratch/$1.log status=0
	shift
	"$@" >"$log" 2>&1 || status=$?
	[ "$status" = 0 ] || cat "$log"
	return "$status"
}

# For texts: contains TEXT PATTERN
contains() { printf '%s\n' "$1" | grep -qE -e "$2" || { printf '%s\n' "$1"; return 1; }; }

# What each package must hold, from the source: one file a line, sorted.
#	module_files SOURCE LIBDIR SHAREDIR
#	common_files SOURCE [directory for zsh]
module_files() {
	{
		echo "$2/pg_gatekeeper.so"
		(cd "$1" && find sql -type f 2>/dev/null) | sed "s:^sql:$3/extension:"
	} | sort
}

common_files() {
	{
		[ -z "$(ls "$1"/src/cli/*.c 2>/dev/null)" ] || echo /usr/bin/pg_gatekeeper
		cd "$1"
		find man -type f | sed -n 's:^man/\(.*\.\([0-9]\)\)$:/usr/share/man/man\2/\1.gz:p'
		find conf -type f | sed \
			-e 's:^conf/\(.*\.catalog\)$:/usr/lib/systemd/catalog/\1:' \
			-e 's:^conf/bash-completion/:/usr/share/bash-completion/completions/:' \
			-e "s:^conf/zsh/:/usr/share/zsh/${2:-site-functions}/:" \
			-e 's:^conf/fish/:/usr/share/fish/vendor_completions.d/:' \
			-e 's:^conf:/usr/share/pg-gatekeeper:'
	} | sort
}

finish() {
	gk_finished=yes
	echo "$gk_passed passed, $gk_failed failed$([ "$gk_skipped" = 0 ] || echo ", $gk_skipped skipped")"
	[ "$gk_failed" = 0 ] && [ $((gk_passed + gk_skipped)) != 0 ]
	exit
}
