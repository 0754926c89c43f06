import { type Script, sh } from '../shell/sh.ts'

/** Status of fetchScript where the host has nothing to fetch with. */
export const NO_FETCHER = 127

/**
 * Prints what is behind a URL: with the first of curl, wget, Python and perl that the host has. Fails with the cause
 * on standard error. It writes no file.
 */
export function fetchScript(url: string, checkCertificates = true): Script {
  const insecure = checkCertificates ? [] : ['-k']
  const unchecked = checkCertificates ? [] : ['--no-check-certificate']
  return sh`hk_fetch() {
  hk_python=$(command -v python3 || command -v /usr/libexec/platform-python)
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --connect-timeout 10 ${insecure} -- ${url}
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 10 ${unchecked} -O - -- ${url}
  elif [ -n "$hk_python" ]; then
    "$hk_python" -c 'import shutil, ssl, sys, urllib.request as r
c = ssl.create_default_context() if sys.argv[2] else ssl._create_unverified_context()
shutil.copyfileobj(r.urlopen(sys.argv[1], timeout=10, context=c), sys.stdout.buffer)' ${url} ${checkCertificates ? 'y' : ''}
  else
    echo 'nothing on this host can fetch a URL: install curl or wget' >&2
    return ${NO_FETCHER}
  fi
}
hk_fetch </dev/null`
}
