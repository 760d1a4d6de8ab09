#!/usr/bin/env bash
# The points at which tests make the program fail exist in debug builds alone: the release binary knows
# none of their switches, and setting them changes nothing. The debug binary is the control.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { printf '%s\n' "$*" >&2; exit 1; }

# A rotation with every switch set, in a home of its own; leaves its exit code in `status`.
rotate() {
  local program=$1 points=$2
  status=0
  env -i HOME="$work" PATH=/usr/local/bin:/usr/bin:/bin "$program" sandbox exec -- sh -c '
    "$1" setup --agent-id prod-data-processor-01 --bits 2048 || exit 1
    env ARTCAFE_TEST_POINTS="$2" ARTCAFE_TEST_FAIL=40:kill ARTCAFE_TEST_KILL_AT=planned \
      ARTCAFE_TEST_SKIP_FSYNC=1 ARTCAFE_TEST_MUTE=1 "$1" key rotate
    rotated=$?
    "$1" auth test || exit 1
    exit "$rotated"' sh "$program" "$points" >"$work/said" 2>&1 || status=$?
}

for build in debug release; do
  program=$(realpath "$target/$build/artcafe")
  known=0
  for switch in ARTCAFE_TEST_ POINTS FAIL KILL_AT SKIP_FSYNC MUTE KEYS WAITS; do
    name=${switch#ARTCAFE_TEST_}
    if grep -aqF "ARTCAFE_TEST_$name" "$program"; then known=$((known + 1)); fi
  done
  rotate "$program" "$work/points-$build"
  case $build in
    debug)
      [ "$known" = 8 ] || fail "the debug binary holds $known of 8 switches: this check would see nothing"
      [ "$status" != 0 ] || fail "the switches do nothing in the debug binary: this check would see nothing"
      [ -s "$work/points-debug" ] || fail "the debug binary wrote down no points: this check would see nothing"
      ;;
    release)
      [ "$known" = 0 ] || fail "the release binary holds $known switches of the failure points"
      [ "$status" = 0 ] || fail "a switch of the failure points made the release binary fail: $(cat "$work/said")"
      [ ! -e "$work/points-release" ] || fail "the release binary wrote down points"
      ;;
  esac
done
echo "the release binary has no failure points"
