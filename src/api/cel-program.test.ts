import { describe, expect, test } from 'vitest'
import type { Meter } from './cel-meter.ts'
import { type Bindings, compileProgram, type ProgramScope } from './cel-program.ts'

const scope: ProgramScope = {
  object: undefined,
  oldObject: undefined,
  request: undefined,
  variables: undefined,
}
const object = {
  metadata: { name: 'web', namespace: 'team', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: {
    replicas: 3,
    share: 0.5,
    none: null,
    containers: [
      { name: 'a', image: 'example.com/a:1', resources: { limits: { memory: '1Gi', cpu: 2 } } },
      { name: 'b', image: 'b@sha256:00' },
    ],
    numbers: [3, 1, 2],
  },
}

function evaluate(text: string, meter: Meter = { left: 100_000 }): unknown {
  const variable: Bindings['variable'] = name => (name === 'greeting' ? 'hello' : undefined)
  const bindings = {
    object,
    oldObject: undefined,
    request: { operation: 'CREATE' },
    params: undefined,
    namespaceObject: undefined,
    variable,
  }
  return compileProgram(text, scope).evaluate(bindings, meter)
}

describe('it evaluates', () => {
  test.each([
    // Objects.
    'object.spec.replicas + 1 == 4 && type(object.spec.replicas) == int',
    'object.spec.share < 1.0',
    'object.metadata.namespace == "team"',
    "object.metadata.labels['app.kubernetes.io/name'] == 'web'",
    'oldObject == null && object.spec.none == null',
    '!has(object.spec.nothing) && has(object.metadata)',
    'variables.greeting == "hello"',
    'object.spec.containers.all(c, c.name in ["a", "b"]) // all of them',
    // Optionals.
    'object.spec.?nothing.deeper.orValue(3) == 3',
    'object.?spec.replicas.orValue(0) == 3',
    'object.metadata.?labels[?"none"].orValue("z") == "z"',
    'object.metadata.labels[?"app.kubernetes.io/name"].value() == "web"',
    'object.spec.numbers[?9].or(object.spec.numbers[?0]).value() == 3',
    'has(object.?spec.replicas) && !has(object.?spec.nothing)',
    'object.?spec.optMap(s, s.replicas * 2).orValue(0) == 6',
    'object.spec.?nothing.optMap(n, n + 1).hasValue() == false',
    'object.?spec.optFlatMap(s, s.?share).value() == 0.5',
    'optional.of(1) == optional.of(1) && optional.none() == optional.none() && optional.of(1) != optional.none()',
    '!optional.ofNonZeroValue("").hasValue() && optional.ofNonZeroValue("a").hasValue()',
    "'a.?b' + \"[?c]\" == 'a.?b[?c]'",
    'true ? [1][0] == 1 : false',
    // Quantities.
    'quantity(object.spec.containers[0].resources.limits.memory).isGreaterThan(quantity("500Mi"))',
    'quantity("1Gi") == quantity("1024Mi") && quantity("0.5").compareTo(quantity("500m")) == 0',
    'quantity(object.spec.containers[0].resources.limits.cpu).asInteger() == 2',
    'quantity("50k").add("20k" == "" ? 1 : quantity("20k")).sub(20).isLessThan(quantity("70k"))',
    'quantity("1500m").asApproximateFloat() == 1.5 && !quantity("1500m").isInteger() && quantity("-1").sign() == -1',
    'isQuantity("1.3Gi") && !isQuantity("1.3GiB") && !isQuantity("") && isQuantity("1e3")',
    // Addresses and URLs.
    'ip("192.168.0.1").family() == 4 && ip("::1").family() == 6 && isIP("::ffff:1.2.3.4") && !isIP("1.2.3.4.5") && !isIP("01.2.3.4")',
    'ip("127.0.0.1") == ip("127.0.0.1") && ip("127.0.0.1").isLoopback() && ip("8.8.8.8").isGlobalUnicast() && ip("0.0.0.0").isUnspecified()',
    'ip("fe80::1").isLinkLocalUnicast() && ip("224.0.0.1").isLinkLocalMulticast() && !ip.isCanonical("2001:DB8::1")',
    'cidr("192.168.0.0/24").containsIP("192.168.0.9") && !cidr("192.168.0.0/24").containsIP(ip("192.168.1.9"))',
    'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.0.0.0/16").containsCIDR(cidr("10.0.0.0/8"))',
    'cidr("192.168.1.5/24").masked() == cidr("192.168.1.0/24") && cidr("::/0").prefixLength() == 0 && !isCIDR("10.0.0.0/33")',
    'string(ip("2001:db8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1" && string(cidr("10.0.0.0/8").ip()) == "10.0.0.0"',
    'url("https://u@example.com:8443/a%20b?k=1&k=2").getHost() == "example.com:8443"',
    'url("https://example.com:8443/a%20b?k=1&k=2").getQuery()["k"] == ["1", "2"] && url("/a").getEscapedPath() == "/a"',
    'isURL("https://example.com") && isURL("/path") && !isURL("example.com") && !isURL("https://a b")',
    // Texts.
    '"abc".matches("^a.c$") && "a,b".split(",") == ["a", "b"] && "Ab".lowerAscii() == "ab"',
    '!format.dns1123Label().validate("web").hasValue() && format.dns1123Label().validate("Web").value().size() == 1',
    'format.named("date").value().validate("2026-02-30x").hasValue() && !format.named("nothing").hasValue()',
    // Lists, sets, two variables.
    'object.spec.numbers.sort() == [1, 2, 3] && object.spec.numbers.sum() == 6 && object.spec.numbers.max() == 3',
    '[1, 2, 3].slice(1, 2) == [2] && [1, [2, [3]]].flatten() == [1, 2, [3]] && [1, 1].distinct() == [1]',
    'lists.range(3) == [0, 1, 2] && [1, 2].first().value() == 1 && [1, 2].reverse() == [2, 1] && ![].last().hasValue()',
    'sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2])',
    'object.spec.containers.all(i, c, i < 2 && c.image != "") && object.metadata.labels.exists(k, v, v == "web")',
    '[5, 6].existsOne(i, v, v == 6) && [5, 6].transformList(i, v, i > 0, v + i) == [7]',
    'object.metadata.labels.transformMap(k, v, v + "!").all(k, v, v == "web!")',
    '[1, 2].exists(x, [3, 4].all(i, y, y > x && i >= 0))',
    // Versions.
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.1").compareTo(semver("1.0.0")) == -1 && !isSemver("v1.0.0")',
    'semver("1.0.0-alpha.2").isLessThan(semver("1.0.0-alpha.10")) && semver("3.4.5").minor() == 4',
  ])('%s', text => {
    expect(evaluate(text)).toBe(true)
  })
})

describe('it says why it can not evaluate', () => {
  test.each([
    ['object.spec.nothing == 1', 'field not found: nothing'],
    ['object.spec.containers[5].name == ""', 'index 5 out of bounds'],
    ['object.spec.replicas + "a" == ""', 'no matching overload'],
    ['quantity("1GiB") == quantity("1")', 'quantities must match'],
    ['quantity("1").isLessThan("2")', 'no such overload'],
    ['cidr("10.0.0.0") == null', 'is no cidr'],
    ['optional.none().value() == 1', 'optional.none() dereference'],
    ['variables.nothing == 1', 'field not found: nothing'],
    ['[1, "a"].sort() == []', 'no order'],
    ['lists.range(1000000).size() == 1', '10000 items at most'],
  ])('%s', (text, why) => {
    expect(() => evaluate(text)).toThrow(why)
  })
})

describe('it refuses to compile', () => {
  test.each([
    ['object.spec.', 'expecting'],
    ['other.spec', 'there is no variable other; there is object, oldObject, request, variables'],
    ['params.x', 'there is no variable params'],
    ['object.spec.f()', 'there is no function f'],
    ['"a".find("b") == ""', 'there is no function find'],
    ['authorizer.group("apps").resource("deployments").check("get").allowed()', 'no authorization to ask'],
    ['@tick()', 'expecting'],
    ['x'.repeat(16_385), 'at most 16384 characters'],
  ])('%s', (text, why) => {
    expect(() => evaluate(text)).toThrow(why)
  })

  test('a variable that comes later', () => {
    const known: ProgramScope = { variables: { type: 'object', properties: { a: {} } } }
    expect(() => compileProgram('variables.a == variables.b', known)).toThrow('there is no field b')
  })
})

describe('work is paid for', () => {
  const cost = (text: string): number => {
    const meter = { left: 100_000 }
    evaluate(text, meter)
    return 100_000 - meter.left
  }

  test('by what is looked at', () => {
    const [little, much] = [cost('lists.range(10).all(x, x >= 0)'), cost('lists.range(1000).all(x, x >= 0)')]
    expect(little).toBeLessThan(100)
    expect(much).toBeGreaterThan(1000)
    expect(cost('[[1], [2]] == [[1], [2]]')).toBeGreaterThan(cost('1 == 1'))
  })

  test.each([
    'lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0))',
    'lists.range(5000).map(x, x).map(x, x).map(x, x).exists(x, x < 0)',
    'lists.range(1000).all(x, lists.range(1000) == lists.range(1000)) || true',
    'sets.equivalent(lists.range(5000), lists.range(5000))',
    'lists.range(4000).distinct().size() == 1',
    '"a".replace("a", lists.range(9999).map(x, "aaaaaaaaaa").join("aaaaaaaaaaaaaaaaaaaa")).replace("a", "aaaaaaaaaaaaaaaaaaaaaaaa") == ""',
  ])('and %s ends', text => {
    expect(() => evaluate(text)).toThrow('takes more work than is allowed')
  })
})
