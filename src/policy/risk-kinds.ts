/** Kinds that decide what others may do: a wrong change of theirs opens a door or closes it for all. */
export const guarded: Readonly<Record<string, string>> = {
  Role: 'it says who may do what',
  ClusterRole: 'it says who may do what',
  RoleBinding: 'it says who may do what',
  ClusterRoleBinding: 'it says who may do what',
  ServiceAccount: 'it is an identity',
  Secret: 'it holds secrets',
  AccessKey: 'it lets somebody in',
  NetworkPolicy: 'it says who may reach whom',
  Namespace: 'everything in it goes with it',
  MutatingWebhookConfiguration: 'it stands between every write and the cluster',
  ValidatingWebhookConfiguration: 'it stands between every write and the cluster',
  ValidatingAdmissionPolicy: 'it says which writes are taken',
  ValidatingAdmissionPolicyBinding: 'it says which writes are taken',
  MutatingAdmissionPolicy: 'it changes what others write',
  CustomResourceDefinition: 'objects of its kind go with it',
  APIService: 'it says who answers for a part of the API',
  PriorityClass: 'it says who may drive out whom',
  StorageClass: 'it says where data lies',
  PersistentVolume: 'it holds data',
  Node: 'everything on it goes with it',
  Delivery: 'it says what is applied from where',
  Autonomy: 'it says how far automation may go',
  Guardrail: 'it says what may be asked and answered',
  Evaluation: 'it says what releases are judged by',
}

/** Kinds whose removal loses what can not be made again. */
export const lasting: ReadonlySet<string> = new Set([
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StatefulSet',
  'Namespace',
  'CustomResourceDefinition',
  'Secret',
])
