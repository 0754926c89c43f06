/**
 * Makes one request with what is in Debian's perl-base; https goes through `openssl s_client`. HTTP/1.0, so that no
 * answer comes in chunks. See httpFunction. Its settings come on standard input.
 */
export const PERL = String.raw`
use strict; use Socket qw(:DEFAULT getaddrinfo); use IPC::Open2;
my (%c, @headers);
while (<STDIN>) {
  chomp; my ($name, $value) = split /=/, $_, 2; next unless defined $value;
  $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
  if ($name eq "header") { push @headers, $value } else { $c{$name} = $value }
}
open(my $heads, ">&=", 3) or fail("descriptor 3: $!");
binmode STDOUT; binmode $heads; $| = 1;
$SIG{ALRM} = sub { fail("timed out") }; $SIG{PIPE} = "IGNORE";
sub fail { print STDERR "$_[0]\n"; exit 1 }
sub base64 { my $out = pack("u", $_[0]); $out =~ s/^.//mg; $out =~ s/\n//g; $out =~ tr|${'`'} -_|AA-Za-z0-9+/|;
  my $pad = (3 - length($_[0]) % 3) % 3; $out =~ s/.{$pad}$/"=" x $pad/e if $pad; $out }
my $env = $ENV{http_proxy} || $ENV{https_proxy} || $ENV{HTTPS_PROXY} || $ENV{all_proxy};
fail("perl cannot use a proxy: install curl or python3") if $c{proxy} && $env && !$c{unix};
my $body = $c{body};
if (defined $c{body_file}) { open(my $f, "<", $c{body_file}) or fail("$c{body_file}: $!"); binmode $f; local $/; $body = <$f> }
my ($url, $method, $auth) = ($c{url}, $c{method}, $c{force_auth});
my $first;
for my $turn (1 .. 12) {
  my ($scheme, $host, $port, $path) = $url =~ m{^(https?)://(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?([^#]*)}i or fail("not a URL: $url");
  my $named = defined $port ? "$host:$port" : $host;
  $scheme = lc $scheme; $port //= $scheme eq "https" ? 443 : 80; $first //= $named;
  (my $name = $host) =~ s/^\[|\]$//g; $path = "/$path" unless $path =~ m{^/};
  my ($in, $out);
  alarm $c{timeout};
  if ($c{unix}) {
    socket($in, AF_UNIX, SOCK_STREAM, 0) && connect($in, sockaddr_un($c{unix})) or fail("$c{unix}: $!"); $out = $in;
  } elsif ($scheme eq "https") {
    my @options = ("-quiet", "-connect", "$host:$port");
    my $number = $name =~ /^[0-9.]+$|:/;
    push @options, "-servername", $name unless $number;
    push @options, "-verify_return_error", $number ? "-verify_ip" : "-verify_hostname", $name if $c{verify};
    push @options, "-CAfile", $c{ca} if $c{ca};
    push @options, "-cert", $c{cert}, "-key", $c{key} || $c{cert} if $c{cert};
    open2($in, $out, "openssl", "s_client", @options, "-verify_quiet") or fail("openssl: $!");
  } else {
    my ($error, @found) = getaddrinfo($name, $port, { socktype => SOCK_STREAM });
    fail("$name: $error") if $error;
    my $why = "no address";
    for my $one (@found) {
      socket($in, $one->{family}, SOCK_STREAM, 0) or next;
      if (connect($in, $one->{addr})) { $out = $in; last }
      $why = $!;
    }
    fail("cannot connect to $name port $port: $why") unless $out;
  }
  binmode $in; binmode $out;
  my @lines = ("$method $path HTTP/1.0", "Host: $named", "Connection: close", @headers);
  push @lines, "Authorization: Basic " . base64("$c{user}:$c{password}") if defined $c{user} && $auth && $named eq $first;
  if (defined $body) {
    push @lines, "Content-Type: application/x-www-form-urlencoded" unless grep { /^content-type:/i } @headers;
    push @lines, "Content-Length: " . length $body;
  }
  my $ask = join("\r\n", @lines) . "\r\n\r\n" . ($body // "");
  while (length $ask) { alarm $c{timeout}; my $sent = syswrite $out, $ask; fail("the connection broke: $!") unless $sent; substr($ask, 0, $sent) = "" }
  my $got = "";
  until ($got =~ /\r?\n\r?\n/) {
    alarm $c{timeout};
    my $read = sysread $in, $got, 65536, length $got;
    fail("the server closed the connection without an answer") unless $read;
  }
  my ($head, $rest) = $got =~ /^(.*?\r?\n)\r?\n(.*)$/s;
  my ($status) = $head =~ m{^HTTP/\S+ (\d+)} or fail("this is no HTTP answer");
  print $heads "$head\r\n";
  my ($to) = $head =~ /^location:\s*(\S+)/mi;
  if ($status == 401 && defined $c{user} && !$auth && $head =~ /^www-authenticate:\s*basic/mi) { $auth = 1; next }
  if ($status =~ /^30[12378]$/ && $to && $c{follow}) {
    if ($status == 303 || $status < 303 && $method eq "POST") { $method = "GET" unless $method eq "HEAD"; $body = undef }
    $to = "$scheme:$to" if $to =~ m{^//};
    $to = "$scheme://$named$to" if $to =~ m{^/};
    unless ($to =~ m{^\w+:}) { (my $up = $path) =~ s{[^/]*(\?.*)?$}{}; $to = "$scheme://$named$up$to" }
    $url = $to; next;
  }
  exit 0 if $method eq "HEAD" || $status == 304 || $status == 204;
  my ($length) = $head =~ /^content-length:\s*(\d+)/mi;
  my $have = length $rest; print $rest;
  while (!defined $length || $have < $length) {
    alarm $c{timeout};
    my $read = sysread $in, my $part, 65536;
    fail("the connection broke: $!") unless defined $read;
    last unless $read;
    $have += $read; print $part;
  }
  fail("the connection ended after $have of $length bytes") if defined $length && $have < $length;
  exit 0;
}
fail("too many redirects");
`
