#!/bin/sh
# Writes every event that is new since the last run to standard output, one JSON object per line;
# with the argument `alerts`, every alert. It needs curl and jq. ADDRESS and TOKEN say where
# Panoptes is.
#
# The place where the next run continues is kept in the file PLACE. It moves only after a page has
# been written, so a run that is killed repeats at most one page, and skips nothing.
set -eu
kind=${1:-events}
place=${PLACE:-panoptes-$kind.place}
page=$(mktemp)
trap 'rm -f "$page"' EXIT

after=earliest
if [ -s "$place" ]; then after=$(cat "$place"); fi

more=true
while [ "$more" = true ]; do
  # The token comes from standard input: other users of the machine can read arguments.
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" |
    curl --config - --silent --show-error --fail --max-time 120 --retry 3 \
      --header "Accept: application/json" --output "$page" "$ADDRESS/v1/$kind?after=$after"
  # A gap is a line of its own: entries that were removed before they were read.
  jq --compact-output --arg kind "$kind" '(.gap | values | {gap: .}), .[$kind][]' "$page"
  after=$(jq --raw-output .next "$page")
  more=$(jq .more "$page")
  printf '%s\n' "$after" >"$place.new"
  mv "$place.new" "$place"
done
