import { describe, expect, it } from 'vitest'
import { withoutSharing } from '../../src/config/ssh-sharing.ts'

describe('ssh_args', () => {
  it.each([
    ['-C -o ControlMaster=auto -o ControlPersist=60s', '', 3],
    ['-o ControlMaster=auto -o ProxyJump=b -o ControlPath=~/.ssh/%C', '-o ProxyJump=b', 2],
    ['-oControlPersist=30m -o "ControlPath /tmp/a b" -4', '-4', 2],
    [`-o ControlPath="/tmp/a b" -o 'ControlMaster yes'`, '', 2],
    ['-o ProxyCommand="ssh -C -W %h:%p b" -C', '-o ProxyCommand="ssh -C -W %h:%p b"', 1],
    ['-C -o "open', '-C -o "open', 0],
    ['-o', '-o', 0],
    ['-o StrictHostKeyChecking=no', '-o StrictHostKeyChecking=no', 0],
  ])('%s', (given, args, dropped) => {
    const found = withoutSharing(given)
    expect(found.args).toBe(args)
    expect(found.dropped).toHaveLength(dropped)
  })
})
