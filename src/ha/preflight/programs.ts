/**
 * Numbers instead of the module Socket, which minimal systems lack: those of Linux are the same on all machines that
 * run Kubernetes. Jobs have `/` between their parts, the one character that no interface's name has.
 */
export const PERL = String.raw`
my ($ms, @jobs) = @ARGV;
$| = 1;
my %said;
sub say_once { my $line = shift; print "$line\n" if keys %said < 500 && !$said{$line}++ }
sub failed { say_once("error $_[0]: $!"); return }
sub index_of { open(my $file, '<', "/sys/class/net/$_[0]/ifindex") or return 0; return <$file> + 0 }
sub place {
  my ($family, $address, $port, $scope) = @_;
  return pack('S n a4 x8', 2, $port, $address) if $family == 4;
  return pack('S n N a16 L', 10, $port, 0, $address, $scope);
}
sub raw {
  my $family = shift;
  socket(my $socket, $family == 4 ? 2 : 10, 3, 112) or return failed('socket');
  return $socket;
}
my (%ears, @mouths);
for my $job (@jobs) {
  my ($what, $family, $name, $to, $destination, $packet) = split m{/}, $job;
  my $scope = index_of($name);
  if ($what eq 'join') {
    my $ear = $ears{$family} ||= raw($family) or next;
    my @option = $family == 4
      ? (0, 35, pack('H8 x4 l', $to, $scope))
      : (41, 20, pack('H32 L', $to, $scope));
    setsockopt($ear, $option[0], $option[1], $option[2]) or failed("join on $name");
  } elsif ($what eq 'send') {
    my $mouth = raw($family) or next;
    my ($level, $unicast, $multicast, $device) = $family == 4 ? (0, 2, 33, 32) : (41, 16, 18, 17);
    setsockopt($mouth, $level, $_, pack('l', 255)) for $unicast, $multicast;
    setsockopt($mouth, $level, $device, $family == 4 ? pack('x8 l', $scope) : pack('l', $scope));
    bind($mouth, place($family, pack('H*', $to), 0, $scope)) or failed("bind on $name"), next;
    push @mouths, [$mouth, pack('H*', $packet), place($family, pack('H*', $destination), 0, $scope)];
  } elsif ($what eq 'knock') {
    socket(my $knock, $family == 4 ? 2 : 10, 2, 17) or next;
    send($knock, "\n", 0, place($family, pack('H*', $to), 9, $scope)) or failed("knock on $name");
  }
}
my $sent = 0;
for (1 .. $ms / 250) {
  for my $mouth (@mouths) {
    send($$mouth[0], $$mouth[1], 0, $$mouth[2]) ? $sent++ : failed('send');
  }
  my $left = 0.25;
  while ($left > 0) {
    my $ready = '';
    vec($ready, fileno($ears{$_}), 1) = 1 for grep { $ears{$_} } keys %ears;
    my $found;
    ($found, $left) = select($ready, undef, undef, $left);
    last if $found < 1;
    for my $family (keys %ears) {
      my $ear = $ears{$family};
      next unless $ear && vec($ready, fileno($ear), 1);
      my $from = recv($ear, my $bytes, 2048, 64);
      next unless defined $from;
      my $source = $family == 4 ? substr($from, 4, 4) : substr($from, 8, 16);
      # The header of IPv4 counts its packets: without that, equal ones are equal.
      substr($bytes, 4, 2) = "\0\0", substr($bytes, 10, 2) = "\0\0" if $family == 4 && length $bytes > 12;
      say_once("got $family " . unpack('H*', $source) . ' ' . unpack('H*', $bytes));
    }
  }
}
print "sent $sent\n";
`

/** The same for Python 3, word for word where that is possible. */
export const PYTHON = String.raw`
import select, socket, struct, sys, time
jobs = sys.argv[2:]
said = set()
def say_once(line):
    if len(said) < 500 and line not in said:
        said.add(line)
        print(line)
def failed(what, error):
    say_once('error %s: %s' % (what, error.strerror or error))
def index_of(name):
    try:
        with open('/sys/class/net/%s/ifindex' % name) as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0
FAMILIES = {'4': socket.AF_INET, '6': socket.AF_INET6}
def place(family, address, port, scope):
    text = socket.inet_ntop(FAMILIES[family], bytes.fromhex(address))
    return (text, port) if family == '4' else (text, port, 0, scope)
def raw(family):
    try:
        return socket.socket(FAMILIES[family], socket.SOCK_RAW, 112)
    except OSError as error:
        failed('socket', error)
ears, mouths, knocks = {}, [], []
for job in jobs:
    what, family, name, to, *rest = job.split('/')
    scope = index_of(name)
    try:
        if what == 'join':
            ear = ears[family] = ears.get(family) or raw(family)
            if not ear:
                continue
            group = bytes.fromhex(to)
            if family == '4':
                ear.setsockopt(0, 35, struct.pack('=4s4si', group, b'', scope))
            else:
                ear.setsockopt(41, 20, struct.pack('=16sI', group, scope))
        elif what == 'send':
            mouth = raw(family)
            if not mouth:
                continue
            level, unicast, multicast, device = (0, 2, 33, 32) if family == '4' else (41, 16, 18, 17)
            for option in unicast, multicast:
                mouth.setsockopt(level, option, 255)
            mouth.setsockopt(level, device, struct.pack('=8xi', scope) if family == '4' else struct.pack('=i', scope))
            mouth.bind(place(family, to, 0, scope))
            mouths.append((mouth, bytes.fromhex(rest[1]), place(family, rest[0], 0, scope)))
        elif what == 'knock':
            knock = socket.socket(FAMILIES[family], socket.SOCK_DGRAM)
            knocks.append(knock)
            knock.sendto(b'\n', place(family, to, 9, scope))
    except OSError as error:
        failed('%s on %s' % (what, name), error)
sent = 0
for _ in range(int(sys.argv[1]) // 250):
    for mouth, packet, to in mouths:
        try:
            mouth.sendto(packet, to)
            sent += 1
        except OSError as error:
            failed('send', error)
    end = time.monotonic() + 0.25
    while True:
        left = end - time.monotonic()
        if left <= 0:
            break
        listening = [ear for ear in ears.values() if ear]
        for ear in select.select(listening, [], [], left)[0]:
            family = '4' if ear.family == socket.AF_INET else '6'
            try:
                data, sender = ear.recvfrom(2048, 64)
            except OSError:
                continue
            data = bytearray(data)
            if family == '4' and len(data) > 12:
                data[4:6] = data[10:12] = b'\0\0'
            source = socket.inet_pton(ear.family, sender[0].split('%')[0])
            say_once('got %s %s %s' % (family, source.hex(), bytes(data).hex()))
print('sent %d' % sent)
`
