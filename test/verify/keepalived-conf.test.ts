import { expect, it } from 'vitest'
import { readKeepalivedConf } from '../../src/verify/keepalived-conf.ts'

it('reads a configuration that people wrote', () => {
  const text = `! a comment
global_defs { # another
  vrrp_version 2
}
vrrp_script chk { script "/bin/true"
  interval 2 }
vrrp_instance VI_1
{
    state MASTER
    interface ens192
    virtual_router_id 51
    priority 101      # highest
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass a!b#c
    }
    unicast_peer {
        10.0.0.2
        10.0.0.3
    }
    virtual_ipaddress {
        10.0.0.10/24 dev ens192 label ens192:1
    }
}
`
  expect(readKeepalivedConf(text)).toEqual({
    version: 2,
    instances: [
      {
        name: 'VI_1',
        interface: 'ens192',
        vrid: 51,
        priority: 101,
        advert: 1,
        state: 'MASTER',
        nopreempt: false,
        source: undefined,
        peers: ['10.0.0.2', '10.0.0.3'],
        password: 'a!b#c',
        addresses: ['10.0.0.10/24'],
      },
    ],
  })
})

it('reads nothing out of nothing, and survives braces that do not match', () => {
  expect(readKeepalivedConf('')).toEqual({ version: undefined, instances: [] })
  expect(readKeepalivedConf('}}}\nvrrp_instance a {\n priority x\n').instances[0]).toMatchObject({
    name: 'a',
    priority: undefined,
  })
})
