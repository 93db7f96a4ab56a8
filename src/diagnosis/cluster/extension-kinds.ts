import { flag, item, list, number, object, record, text, textMap, texts, time } from './fields.ts'
import { kind } from './kind-shape.ts'
import { conditions, labelSelector } from './pod.ts'

const webhooks = list(
  item({
    name: text,
    failurePolicy: text,
    timeoutSeconds: number,
    clientConfig: object({
      url: text,
      caBundle: text,
      service: object({ name: text, namespace: text, port: number, path: text }),
    }),
    namespaceSelector: labelSelector,
    objectSelector: labelSelector,
    rules: list(item({ apiGroups: texts, apiVersions: texts, operations: texts, resources: texts })),
  }),
)
const scaleTarget = object({ apiVersion: text, kind: text, name: text })
const olm = {
  spec: record,
  status: object({ phase: text, state: text, reason: text, message: text, conditions }),
}

/** What extends the API server, and what comes with the extensions. */
export const extensionKinds = {
  ValidatingWebhookConfiguration: kind(['admissionregistration.k8s.io'], { webhooks }, 'Cluster'),
  MutatingWebhookConfiguration: kind(['admissionregistration.k8s.io'], { webhooks }, 'Cluster'),
  APIService: kind(
    ['apiregistration.k8s.io'],
    {
      spec: object({ group: text, version: text, service: object({ name: text, namespace: text }) }),
      status: object({ conditions }),
    },
    'Cluster',
  ),
  CustomResourceDefinition: kind(
    ['apiextensions.k8s.io'],
    {
      spec: object({
        group: text,
        names: object({ kind: text, plural: text }),
        versions: list(item({ name: text, served: flag })),
      }),
      status: object({ conditions }),
    },
    'Cluster',
  ),
  Certificate: kind(['cert-manager.io', 'certmanager.k8s.io'], {
    spec: object({
      secretName: text,
      dnsNames: texts,
      issuerRef: object({ kind: text, name: text, group: text }),
    }),
    status: object({ notAfter: time, notBefore: time, renewalTime: time, conditions }),
  }),
  Application: kind(['argoproj.io'], {
    spec: object({
      project: text,
      source: object({ repoURL: text, path: text, targetRevision: text, chart: text }),
      destination: object({ namespace: text, server: text, name: text }),
      syncPolicy: object({ automated: record }),
    }),
    status: object({
      sync: object({ status: text, revision: text }),
      health: object({ status: text, message: text }),
      operationState: object({ phase: text, message: text, finishedAt: time }),
      conditions: list(item({ type: text, message: text, status: text })),
    }),
  }),
  Kustomization: kind(['kustomize.toolkit.fluxcd.io'], {
    spec: object({
      path: text,
      suspend: flag,
      sourceRef: object({ kind: text, name: text, namespace: text }),
    }),
    status: object({ conditions, lastAppliedRevision: text, lastAttemptedRevision: text }),
  }),
  HelmRelease: kind(['helm.toolkit.fluxcd.io'], {
    spec: object({ suspend: flag, chart: record, chartRef: object({ kind: text, name: text }) }),
    status: object({ conditions, lastAttemptedRevision: text, lastAppliedRevision: text }),
  }),
  Delivery: kind(['keelway.dev'], { spec: record, status: object({ conditions }) }),
  ScaledObject: kind(['keda.sh'], {
    spec: object({
      scaleTargetRef: scaleTarget,
      minReplicaCount: number,
      maxReplicaCount: number,
      triggers: list(
        item({ type: text, metadata: textMap, authenticationRef: object({ name: text, kind: text }) }),
      ),
    }),
    status: object({ conditions, hpaName: text }),
  }),
  ClusterCatalog: kind(['olm.operatorframework.io'], olm, 'Cluster'),
  ClusterExtension: kind(['olm.operatorframework.io'], olm, 'Cluster'),
  ClusterServiceVersion: kind(['operators.coreos.com'], olm),
  Subscription: kind(['operators.coreos.com'], olm),
  InstallPlan: kind(['operators.coreos.com'], olm),
  CatalogSource: kind(['operators.coreos.com'], {
    spec: record,
    status: object({
      connectionState: object({ lastObservedState: text, address: text }),
      message: text,
      conditions,
    }),
  }),
  OperatorGroup: kind(['operators.coreos.com'], olm),
} as const
