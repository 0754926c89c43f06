/** What kubeadm writes, with words instead of keys. */
export const ADMIN_CONF = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0EtREFUQQ==
    server: https://10.88.0.21:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: Q0xJRU5ULUNFUlQ=
    client-key-data: U0VDUkVULUtFWQ==
`

export const SECRETS = ['Q0EtREFUQQ==', 'Q0xJRU5ULUNFUlQ=', 'U0VDUkVULUtFWQ==']

export const SERVER = 'https://10.88.0.101:8443'
