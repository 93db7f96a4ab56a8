import type { Analyzer } from './analyzer.ts'
import { autoscaler } from './autoscaler.ts'
import { calledService } from './called-service.ts'
import { capabilityAbsent } from './capability-absent.ts'
import { certificate } from './certificate.ts'
import { claimUnbound } from './claim-unbound.ts'
import { configMapOdd } from './config-map-odd.ts'
import { cpuLimit } from './cpu-limit.ts'
import { crash } from './crash.ts'
import { creationRefused } from './creation-refused.ts'
import { cronJob } from './cron-job.ts'
import { deletionStuck } from './deletion-stuck.ts'
import { delivery } from './delivery.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { dns } from './dns.ts'
import { gatewayApi } from './gateway-api.ts'
import { hostPort } from './host-port.ts'
import { imagePull } from './image-pull.ts'
import { ingress } from './ingress.ts'
import { ingressClass } from './ingress-class.ts'
import { invalidDeclared } from './invalid-declared.ts'
import { job } from './job.ts'
import { keyAbsent } from './key-absent.ts'
import { limitRange } from './limit-range.ts'
import { networkPolicyDenies } from './network-policy-denies.ts'
import { networkPolicyOdd } from './network-policy-odd.ts'
import { node } from './node.ts'
import { operators } from './operators.ts'
import { outOfMemory } from './out-of-memory.ts'
import { permission } from './permission.ts'
import { podSecurity } from './pod-security.ts'
import { podUnwell } from './pod-unwell.ts'
import { probeDeclared } from './probe-declared.ts'
import { probeFailing } from './probe-failing.ts'
import { probePort } from './probe-port.ts'
import { quota } from './quota.ts'
import { referenceAbsent } from './reference-absent.ts'
import { referenceReported } from './reference-reported.ts'
import { rollout } from './rollout.ts'
import { scaledObject } from './scaled-object.ts'
import { schedulingDeclared } from './scheduling-declared.ts'
import { scriptBroken } from './script-broken.ts'
import { securityOdd } from './security-odd.ts'
import { serviceNotReady } from './service-not-ready.ts'
import { servicePort } from './service-port.ts'
import { serviceSelectsNothing } from './service-selects-nothing.ts'
import { staleCopy } from './stale-copy.ts'
import { storageClassAbsent } from './storage-class-absent.ts'
import { storageOdd } from './storage-odd.ts'
import { unschedulable } from './unschedulable.ts'
import { userAndFiles } from './user-and-files.ts'
import { variableUnset } from './variable-unset.ts'
import { volumeAttach } from './volume-attach.ts'
import { webhook } from './webhook.ts'

/** Every analyzer; their order decides nothing. */
export const analyzers: readonly Analyzer[] = [
  // What is named and is not there.
  ...[referenceAbsent, keyAbsent, referenceReported, storageClassAbsent, calledService, capabilityAbsent],
  // What does not fit together.
  ...[
    serviceSelectsNothing,
    servicePort,
    serviceNotReady,
    ingress,
    ingressClass,
    gatewayApi,
    networkPolicyDenies,
    networkPolicyOdd,
    dns,
  ],
  // What a container is told to do.
  ...[
    probePort,
    probeDeclared,
    probeFailing,
    scriptBroken,
    variableUnset,
    userAndFiles,
    invalidDeclared,
    staleCopy,
  ],
  // What it needs and does not get.
  ...[
    outOfMemory,
    cpuLimit,
    quota,
    limitRange,
    schedulingDeclared,
    unschedulable,
    hostPort,
    claimUnbound,
    volumeAttach,
  ],
  // Who may not.
  ...[permission, podSecurity, creationRefused, webhook],
  // How it runs.
  ...[
    imagePull,
    crash,
    podUnwell,
    rollout,
    job,
    cronJob,
    autoscaler,
    scaledObject,
    disruptionBudget,
    node,
    deletionStuck,
  ],
  ...[certificate, delivery, operators],
  // Worth knowing.
  ...[storageOdd, configMapOdd, securityOdd],
]
