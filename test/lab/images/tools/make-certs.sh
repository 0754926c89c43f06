#!/bin/sh
# Two certificate authorities and a server certificate of each, valid for every node and every VIP of the lab.
set -eu
out=$1
mkdir -p "$out"
cd "$out"

names='DNS:kubernetes,DNS:kubernetes.default.svc,DNS:api.lab.test,DNS:localhost,IP:127.0.0.1,IP:::1'
for host in m1 m2 m3 d1 d2 d3; do names="$names,DNS:$host,DNS:$host.lab.test"; done
for last in 11 12 13 21 22 23 31 32; do names="$names,IP:10.88.0.$last,IP:fd88::$last"; done
for last in $(seq 100 120); do names="$names,IP:10.88.0.$last,IP:fd88::$last"; done

for ca in lab other; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$ca-ca" \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout $ca-ca.key -out $ca-ca.crt 2> /dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=kube-apiserver -keyout $ca.key -out $ca.csr 2> /dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" > ext
  openssl x509 -req -in $ca.csr -CA $ca-ca.crt -CAkey $ca-ca.key -CAcreateserial -days 3650 -extfile ext -out $ca.crt 2> /dev/null
done
rm -f ext ./*.csr ./*.srl
