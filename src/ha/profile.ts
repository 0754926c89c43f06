/** Timers of VRRP, of keepalived's check and of haproxy, chosen together. Times are in seconds. */
export interface Profile {
  /** Between two advertisements. The backups take over after three missed ones and a little more. */
  advert: number
  /** The same where VRRP version 2 is used: it knows whole seconds only. */
  advertV2: number
  /**
   * keepalived's check of what it stands for. Whole seconds: keepalived up to 2.3 refuses fractions. That haproxy
   * has ended is told by its unit at once (HOOK), so this is for the rest: a haproxy that hangs.
   */
  check: {
    interval: number
    /** A slow answer of a busy node is no failure. */
    timeout: number
    fall: number
    rise: number
  }
  /** haproxy's checks of the API servers. */
  backend: { inter: number; fastinter: number; timeout: number; fall: number; rise: number }
  /** Given to an API server to accept a connection before another one is tried. */
  connect: number
}

export type ProfileName = 'fast' | 'balanced' | 'calm'

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** For hosts with CPU time to spare and a quiet network: three advertisements lost in 0.3 s move the address. */
  fast: {
    advert: 0.1,
    advertV2: 1,
    check: { interval: 1, timeout: 1, fall: 2, rise: 2 },
    backend: { inter: 0.25, fastinter: 0.1, timeout: 0.3, fall: 2, rise: 3 },
    connect: 0.2,
  },
  /** For every-day hardware: a keepalived that waits a second for the CPU is not taken for dead. */
  balanced: {
    advert: 0.5,
    advertV2: 1,
    check: { interval: 1, timeout: 3, fall: 2, rise: 2 },
    backend: { inter: 1, fastinter: 0.5, timeout: 2, fall: 2, rise: 2 },
    connect: 1,
  },
  /** For overcommitted machines and networks that lose packets: rather late than twice. */
  calm: {
    advert: 1,
    advertV2: 2,
    check: { interval: 2, timeout: 5, fall: 3, rise: 3 },
    backend: { inter: 2, fastinter: 1, timeout: 4, fall: 3, rise: 2 },
    connect: 3,
  },
}

/**
 * How long a connection may say nothing: watches, `kubectl logs -f` and exec are quiet for hours. Peers that have
 * died are found by TCP keepalive instead.
 */
export const IDLE = { timeout: '4h', keepalive: { idle: '60s', interval: '10s', count: 6 } }

/** After a reload the old process serves its connections for this long. */
export const HARD_STOP = '1h'

/**
 * haproxy's unit writes 1 here when haproxy has ended, however it ended, and 0 when it is ready again; keepalived
 * watches the file and gives the address up at once. Its check could only look once a second.
 */
export const DOWN_FILE = '/run/hakube/haproxy-down'
