"""An open-loop client: so many requests a second, each over a TLS connection of its own, whatever became of the last.

Arguments: ADDRESS PORT PATH RATE TIMEOUT STOP-FILE. Ends when the file is there, and prints one JSON object:
for each request the second at which it began, the milliseconds it took, and "200" or what went wrong.
"""

import json
import os
import socket
import ssl
import sys
import threading
import time

ADDRESS, PORT, PATH, RATE, TIMEOUT, STOP = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), float(sys.argv[5]), sys.argv[6]
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
done = []


def ask(until):
    """The status of one answer. Raises OSError, time-outs included."""
    def left():
        rest = until - time.monotonic()
        if rest <= 0:
            raise TimeoutError('timed out')
        return rest
    with socket.create_connection((ADDRESS, PORT), timeout=left()) as plain:
        plain.settimeout(left())
        with TLS.wrap_socket(plain) as secure:
            secure.settimeout(left())
            secure.sendall(b'GET %s HTTP/1.0\r\n\r\n' % PATH.encode())
            head = b''
            while b'\r\n' not in head:
                secure.settimeout(left())
                more = secure.recv(4096)
                if not more:
                    raise OSError('closed without an answer')
                head += more
            return head.split()[1].decode()


def one(at, began):
    try:
        said = ask(began + TIMEOUT)
    except Exception as error:  # whatever it is, the request has failed
        said = '%s: %s' % (type(error).__name__, error)
    done.append((round(at, 4), round((time.monotonic() - began) * 1000, 1), said))


start = time.monotonic()
threads = []
count = 0
while not os.path.exists(STOP):
    due = start + count / RATE
    pause = due - time.monotonic()
    if pause > 0:
        time.sleep(pause)
    # Due at that moment, however late this process is: what waits for the CPU has waited.
    thread = threading.Thread(target=one, args=(due - start, due))
    thread.start()
    threads.append(thread)
    count += 1
for thread in threads:
    thread.join()
json.dump({'requests': sorted(done)}, sys.stdout)
