"""An open-loop client: RATE requests a second, each over a TLS connection of its own, whatever became of the last.

Arguments: ADDRESS PORT RATE TIMEOUT. One line of JSON per request, as soon as it is known what became of it:
[the second of the epoch at which it was due, milliseconds until its end, milliseconds it was sent late,
"200" or what went wrong, the node that answered]. Ends with its standard input.
"""

import json
import socket
import ssl
import sys
import threading
import time

ADDRESS, PORT, RATE, TIMEOUT = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
writing = threading.Lock()
ended = threading.Event()


def ask(until):
    """Status and node of one answer. Raises OSError, time-outs included."""
    def left():
        rest = until - time.monotonic()
        if rest <= 0:
            raise TimeoutError('timed out')
        return rest
    with socket.create_connection((ADDRESS, PORT), timeout=left()) as plain:
        plain.settimeout(left())
        with TLS.wrap_socket(plain) as secure:
            secure.settimeout(left())
            secure.sendall(b'GET /readyz HTTP/1.0\r\n\r\n')
            head = b''
            while b'\r\n\r\n' not in head:
                secure.settimeout(left())
                more = secure.recv(4096)
                if not more:
                    raise OSError('closed without an answer')
                head += more
    status, *fields = head.decode('latin1').split('\r\n')
    node = [value.strip() for name, _, value in (field.partition(':') for field in fields) if name.lower() == 'x-lab-node']
    return status.split()[1], node[0] if node else ''


def one(at, due):
    late = time.monotonic() - due
    node = ''
    try:
        # Counted from the moment when it was due: what waits for the CPU has waited.
        said, node = ask(due + TIMEOUT)
    except Exception as error:  # whatever it is, the request has failed
        said = '%s: %s' % (type(error).__name__, error)
    line = json.dumps([round(at, 4), round((time.monotonic() - due) * 1000, 1), round(late * 1000, 1), said, node])
    with writing:
        sys.stdout.write(line + '\n')
        sys.stdout.flush()


def wait_for_the_end():
    sys.stdin.read()
    ended.set()


threading.Thread(target=wait_for_the_end, daemon=True).start()
epoch, start, count = time.time(), time.monotonic(), 0
while not ended.is_set():
    due = start + count / RATE
    pause = due - time.monotonic()
    if pause > 0:
        time.sleep(pause)
    threading.Thread(target=one, args=(epoch + due - start, due)).start()
    count += 1
