import { spawnSync } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVAL, hostOf, type Host } from '../tasks/harness.ts'

const BASE =
  'sh dash cat sed cut tr wc date base64 sha256sum sha1sum md5sum sha512sum mktemp mv cp rm chmod chown chgrp sync stat readlink id mkdir find env test ls grep head tail sort touch cmp ln rmdir dd od uname expr printf sleep tee'

/** A host of this machine that has only these programs beside the usual small ones. */
export function hostWithOnly(name: string, programs: readonly string[]): Host {
  const folder = mkdtempSync(join(tmpdir(), 'hakube-tools-'))
  for (const program of [...BASE.split(' '), ...programs]) {
    const found = which(program)
    if (found !== undefined) symlinkSync(found, join(folder, program))
  }
  if (programs.includes('busybox wget')) {
    writeFileSync(join(folder, 'wget'), `#!/bin/sh\nexec ${which('busybox') ?? 'busybox'} wget "$@"\n`)
    chmodSync(join(folder, 'wget'), 0o755)
  }
  return hostOf(name, ['/usr/bin/env', '-i', `PATH=${folder}`, which('dash') ?? 'dash', '-c', EVAL])
}

function which(program: string): string | undefined {
  // Not the user's own: those may be scripts that need other programs.
  const env = { ...process.env, PATH: `/usr/bin:/bin:/usr/sbin:/sbin:${process.env['PATH'] ?? ''}` }
  const { stdout, status } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env })
  const path = stdout.toString().trim()
  return status === 0 && path.startsWith('/') ? path : undefined
}
