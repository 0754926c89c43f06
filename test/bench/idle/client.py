"""Opens connections, says nothing on them for so many seconds, and tells what became of each.

Arguments: SECONDS NAME=ADDRESS:PORT... Per target one connection on which the server owes the rest of an answer
("watch"), and one between two requests ("request"). Prints one JSON list.
"""

import json
import select
import socket
import ssl
import sys
import threading
import time

SECONDS = float(sys.argv[1])
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
done = []


def connect(address, port):
    plain = socket.create_connection((address, port), timeout=10)
    return TLS.wrap_socket(plain)


def ask(connection, path):
    connection.sendall(b'GET %s HTTP/1.1\r\nHost: idle\r\n\r\n' % path.encode())


def read_until(connection, end):
    text = b''
    while not text.endswith(end):
        more = connection.recv(4096)
        if not more:
            raise OSError('closed')
        text += more
    return text


def watch(connection):
    ask(connection, '/silent?seconds=%s' % SECONDS)
    read_until(connection, b'\r\n\r\n')
    connection.settimeout(SECONDS + 10)
    return read_until(connection, b'alive\n').decode().strip()


def request(connection):
    ask(connection, '/readyz')
    read_until(connection, b'\r\n\r\nok')
    if select.select([connection], [], [], SECONDS)[0] and not connection.recv(1):
        raise OSError('closed')
    connection.settimeout(10)
    ask(connection, '/readyz')
    return read_until(connection, b'\r\n\r\nok').split()[1].decode()


def one(name, address, port, kind):
    began = time.monotonic()
    alive = False
    try:
        with connect(address, port) as connection:
            said = {'watch': watch, 'request': request}[kind](connection)
        alive = True
    except Exception as error:  # whatever it is, the connection is gone
        said = '%s: %s' % (type(error).__name__, error)
    done.append({'through': name, 'kind': kind, 'alive': alive, 'said': said, 'seconds': round(time.monotonic() - began, 1)})


threads = []
for target in sys.argv[2:]:
    name, _, place = target.partition('=')
    address, _, port = place.rpartition(':')
    for kind in ('watch', 'request'):
        threads.append(threading.Thread(target=one, args=(name, address, int(port), kind)))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
json.dump(sorted(done, key=lambda each: (each['through'], each['kind'])), sys.stdout)
