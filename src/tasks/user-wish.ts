/** What a user task comes down to. Fields that Ansible has keep its names. */
export interface UserWish {
  name: string
  present: boolean
  uid?: number | undefined
  non_unique: boolean
  group?: string | undefined
  groups: readonly string[] | undefined
  append: boolean
  comment?: string | undefined
  home?: string | undefined
  create_home: boolean
  move_home: boolean
  skeleton?: string | undefined
  umask?: string | undefined
  shell?: string | undefined
  system: boolean
  password?: string | undefined
  update_password: 'always' | 'on_create'
  password_lock?: boolean | undefined
  password_expire_max?: number | undefined
  password_expire_min?: number | undefined
  password_expire_warn?: number | undefined
  password_expire_account_disable?: number | undefined
  expires?: number | undefined
  uid_min?: number | undefined
  uid_max?: number | undefined
  remove: boolean
  force: boolean
  key: KeyWish | undefined
}

/** An SSH key of a user. */
export interface KeyWish {
  /** Below the home, or absolute. */
  file: string
  type: string
  /** 0: ssh-keygen's default. */
  bits: number
  comment: string | undefined
  passphrase: string | undefined
}
