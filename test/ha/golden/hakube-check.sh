#!/bin/sh
# Written by hakube. Changes made here are lost with the next run.
#
# Does this node do its part of the endpoint? For keepalived, and to be run by hand:
#   hakube-check http|https ADDRESS PORT PATH [PORT…]
# Exits 0 if PATH on PORT answers 200 and something listens on all the ports, else 1 with a reason.
# Needs grep, and for the answer one of bash (http only), curl or wget; without them, listening is all it looks at.

scheme=$1 address=$2 port=$3 path=$4
shift 4

for each in "$port" "$@"; do
    # A listening socket is in state 0A; ports are in hexadecimal.
    grep -qs ":$(printf %04X "$each") [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6 || {
        echo "nothing listens on port $each" >&2
        exit 1
    }
done

case $address in
*:*) host="[$address]" ;;
*) host=$address ;;
esac
url=$scheme://$host:$port$path

if [ "$scheme" = http ] && command -v bash >/dev/null; then
    ADDRESS=$address PORT=$port TARGET=$path exec bash -c '
        exec 3<>"/dev/tcp/$ADDRESS/$PORT" || exit 1
        printf "GET %s HTTP/1.0\r\n\r\n" "$TARGET" >&3
        read -r -t 2 _ status _ <&3
        [ "$status" = 200 ] || { echo "$TARGET on port $PORT says: $status" >&2; exit 1; }'
elif command -v curl >/dev/null; then
    exec curl --silent --show-error --fail --insecure --noproxy '*' --max-time 2 --output /dev/null "$url"
elif command -v wget >/dev/null; then
    set --
    [ "$scheme" = http ] || set -- --no-check-certificate
    exec env no_proxy='*' wget -q -T 2 "$@" -O /dev/null "$url"
fi
