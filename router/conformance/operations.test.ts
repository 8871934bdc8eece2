import { conformance } from './case.ts';

type Args = Readonly<Record<string, unknown>>;
/** The arguments as a text, names in the order of the alphabet. */
const sorted = (args: Args): string =>
  JSON.stringify(args, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)))
      : value,
  );
const show = (_: unknown, args: Args) => sorted(args);

const patient = (id: string) => ({ id, name: `name-${id}`, title: `title-${id}` });
const graph = {
  one: {
    sdl: `type Query {
        patient(id: ID! = "p0"): Patient!
        patients(ids: [ID!]! = ["p1", "p2"]): [Patient!]!
        echo(text: String, number: Int = 3, flag: Boolean, list: [Int], filter: Filter, mood: Mood = GOOD, real: Float, id: ID): String!
        needs(filter: Filter!): String!
      }
      enum Mood { GOOD BAD }
      input Filter { text: String = "preset"  number: Int  list: [Int!]  inner: Filter  mood: Mood }
      type Patient @key(fields: "id") { id: ID!  name(upper: Boolean = false): String!  title: String!  self: Patient! }`,
    resolvers: {
      Query: {
        patient: (_: unknown, { id }: { id: string }) => patient(id),
        patients: (_: unknown, { ids }: { ids: string[] }) => ids.map(patient),
        echo: show,
        needs: show,
      },
      Patient: {
        __resolveReference: ({ id }: { id: string }) => patient(id),
        name: ({ name }: { name: string }, { upper }: { upper: boolean }) => (upper ? name.toUpperCase() : name),
        self: (self: object) => self,
      },
    },
  },
  two: {
    sdl: `type Query { repeat(text: String): String }
      input Range { from: Int  to: Int = 9 }
      type Patient @key(fields: "id") { id: ID!  score(range: Range, step: Int = 2): String!  friend(id: ID!): Patient! }`,
    resolvers: {
      Query: { repeat: (_: unknown, { text }: { text: string }) => text },
      Patient: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        score: ({ id }: { id: string }, args: Args) => `${id} ${sorted(args)}`,
        friend: (_: unknown, { id }: { id: string }) => ({ id }),
      },
    },
  },
};

conformance('aliases', graph, {
  'the same field twice with different arguments': {
    query: '{ a: echo(number: 1) b: echo(number: 2) }',
    data: { a: '{"mood":"GOOD","number":1}', b: '{"mood":"GOOD","number":2}' },
    requests: { one: 1 },
  },
  'the same entity field twice with different arguments': {
    query: '{ patient { a: score(step: 1) b: score(step: 5) score } }',
    data: { patient: { a: 'p0 {"step":1}', b: 'p0 {"step":5}', score: 'p0 {"step":2}' } },
    requests: { one: 1, two: 1 },
  },
  'two fields that swap their names': {
    query: '{ patient { name: title title: name } }',
    data: { patient: { name: 'title-p0', title: 'name-p0' } },
  },
  'an alias with the name of the key, which is needed': {
    query: '{ patient { id: title score } }',
    data: { patient: { id: 'title-p0', score: 'p0 {"step":2}' } },
  },
  'an alias with the name of the key, for a field of another subgraph': {
    query: '{ patient { id: score name } }',
    data: { patient: { id: 'p0 {"step":2}', name: 'name-p0' } },
  },
  'the key under another alias only': {
    query: '{ patients { key: id score } }',
    data: {
      patients: [
        { key: 'p1', score: 'p1 {"step":2}' },
        { key: 'p2', score: 'p2 {"step":2}' },
      ],
    },
  },
  'a field of one subgraph with the name of a field of the other': {
    query: '{ patient { score: name name: score } }',
    data: { patient: { score: 'name-p0', name: 'p0 {"step":2}' } },
  },
  'an alias that is a name of the protocol': {
    query: '{ _entities: patient { representations: name data: score errors: title } __typename: echo }',
    data: {
      _entities: { representations: 'name-p0', data: 'p0 {"step":2}', errors: 'title-p0' },
      __typename: '{"mood":"GOOD","number":3}',
    },
  },
  'an alias that every object inherits': {
    query: '{ constructor: patient { toString: name hasOwnProperty: score __proto__: title } }',
    data: {
      constructor: Object.fromEntries([
        ['toString', 'name-p0'],
        ['hasOwnProperty', 'p0 {"step":2}'],
        ['__proto__', 'title-p0'],
      ]),
    },
  },
  'aliases of objects on the way to entities': {
    query:
      '{ first: patient(id: "a") { me: self { again: self { s: score } } } second: patient(id: "b") { me: self { again: self { s: score } } } }',
    data: {
      first: { me: { again: { s: 'a {"step":2}' } } },
      second: { me: { again: { s: 'b {"step":2}' } } },
    },
    requests: { one: 1, two: 1 },
  },
});

conformance('variables', graph, {
  'reach root fields': {
    query: 'query ($t: String, $n: Int) { echo(text: $t, number: $n) }',
    variables: { t: 'hi', n: 5 },
    data: { echo: '{"mood":"GOOD","number":5,"text":"hi"}' },
  },
  'reach fields of entities': {
    query: 'query ($step: Int!, $range: Range) { patient { score(step: $step, range: $range) } }',
    variables: { step: 7, range: { from: 1 } },
    data: { patient: { score: 'p0 {"range":{"from":1,"to":9},"step":7}' } },
  },
  'with the same name in two subgraphs': {
    query: 'query ($id: ID!) { patient(id: $id) { friend(id: $id) { name } score } }',
    variables: { id: 'p7' },
    data: { patient: { friend: { name: 'name-p7' }, score: 'p7 {"step":2}' } },
  },
  'named as the router names its own': {
    query: 'query ($representations: Int!, $representations_1: ID!) { patient(id: $representations_1) { score(step: $representations) } }',
    variables: { representations: 4, representations_1: 'p3' },
    data: { patient: { score: 'p3 {"step":4}' } },
  },
  'left out: the default of the operation, of the schema, or nothing at all': {
    query: 'query ($t: String = "op", $n: Int, $f: Boolean) { echo(text: $t, number: $n, flag: $f) }',
    data: { echo: '{"mood":"GOOD","number":3,"text":"op"}' },
  },
  'null is null, and no default': {
    query: 'query ($t: String = "op", $n: Int) { echo(text: $t, number: $n, mood: null) }',
    variables: { t: null, n: null },
    data: { echo: '{"mood":null,"number":null,"text":null}' },
  },
  'left out on a field of an entity': {
    query: 'query ($step: Int = 6, $range: Range) { patients { score(step: $step, range: $range) } }',
    data: { patients: [{ score: 'p1 {"step":6}' }, { score: 'p2 {"step":6}' }] },
  },
  'null on a field of an entity': {
    query: 'query ($step: Int = 6, $range: Range) { patient { score(step: $step, range: $range) } }',
    variables: { step: null, range: null },
    data: { patient: { score: 'p0 {"range":null,"step":null}' } },
  },
  'inside of input objects and lists': {
    query: 'query ($t: String, $n: Int!, $m: Mood) { needs(filter: { text: $t, list: [1, $n, 3], inner: { number: $n, mood: $m } }) }',
    variables: { t: 'deep', n: 2 },
    data: { needs: '{"filter":{"inner":{"number":2,"text":"preset"},"list":[1,2,3],"text":"deep"}}' },
  },
  'left out inside of an input object leave the field out': {
    query: 'query ($t: String, $n: Int) { needs(filter: { text: $t, number: $n }) }',
    data: { needs: '{"filter":{"text":"preset"}}' },
  },
  'inside of an input object of an entity field': {
    query: 'query ($to: Int) { patient { score(range: { from: 1, to: $to }) } }',
    variables: { to: 4 },
    data: { patient: { score: 'p0 {"range":{"from":1,"to":4},"step":2}' } },
  },
  'of input object type keep the defaults of the schema': {
    query: 'query ($f: Filter!) { needs(filter: $f) }',
    variables: { f: { number: 1, inner: { list: [] } } },
    data: { needs: '{"filter":{"inner":{"list":[],"text":"preset"},"number":1,"text":"preset"}}' },
  },
  'of list type, and one value for a list': {
    query: 'query ($l: [Int], $ids: [ID!]!) { echo(list: $l) patients(ids: $ids) { score } }',
    variables: { l: [1, null, 3], ids: 'p5' },
    data: { echo: '{"list":[1,null,3],"mood":"GOOD","number":3}', patients: [{ score: 'p5 {"step":2}' }] },
  },
  'of other scalars: a number for an id, an integer for a float': {
    query: 'query ($id: ID, $r: Float) { echo(id: $id, real: $r, number: -1) }',
    variables: { id: 12, r: 3 },
    data: { echo: '{"id":"12","mood":"GOOD","number":-1,"real":3}' },
  },
  'that nothing declares are passed over': {
    query: 'query ($n: Int) { echo(number: $n) }',
    variables: { n: 1, other: { deep: true } },
    data: { echo: '{"mood":"GOOD","number":1}' },
    requests: { one: 1 },
  },
  'that are declared and not used are refused': {
    query: 'query ($n: Int) { patient { name } }',
    data: undefined,
    errors: [{ path: [], code: 'GRAPHQL_VALIDATION_FAILED' }],
    requests: {},
  },
  'of the wrong type reach no subgraph': {
    query: 'query ($n: Int) { echo(number: $n) }',
    variables: { n: 'one' },
    data: undefined,
    errors: [{ path: [], code: 'BAD_USER_INPUT' }],
    requests: {},
  },
  'that must be there and are not reach no subgraph': {
    query: 'query ($id: ID!) { patient(id: $id) { name } }',
    data: undefined,
    errors: [{ path: [], code: 'BAD_USER_INPUT' }],
    requests: {},
  },
  'of an unknown enum value reach no subgraph': {
    query: 'query ($m: Mood) { echo(mood: $m) }',
    variables: { m: 'SOSO' },
    data: undefined,
    errors: [{ path: [], code: 'BAD_USER_INPUT' }],
    requests: {},
  },
  'with text that must be escaped': {
    query: 'query ($t: String) { echo(text: $t) repeat(text: "a \\"quote\\" \\\\ \\u00e9 \\n") }',
    variables: { t: '"}\n\u2028 {' },
    data: { echo: JSON.stringify({ mood: 'GOOD', number: 3, text: '"}\n\u2028 {' }), repeat: 'a "quote" \\ é \n' },
  },
  'a block string as an argument': {
    query: '{ repeat(text: """\n    two\n      lines\n  """) }',
    data: { repeat: 'two\n  lines' },
  },
  'the same operation with other variables gives another answer': {
    query: 'query ($t: String, $n: Int) { echo(text: $t, number: $n) }',
    variables: { t: 'ho', n: 6 },
    data: { echo: '{"mood":"GOOD","number":6,"text":"ho"}' },
  },
});

conformance('@skip and @include', graph, {
  'on a field of an entity, false: no request for it': {
    query: 'query ($yes: Boolean!) { patient { name score @include(if: $yes) } }',
    variables: { yes: false },
    data: { patient: { name: 'name-p0' } },
    requests: { one: 1 },
  },
  'on a field of an entity, true': {
    query: 'query ($yes: Boolean!) { patient { name score @include(if: $yes) } }',
    variables: { yes: true },
    data: { patient: { name: 'name-p0', score: 'p0 {"step":2}' } },
    requests: { one: 1, two: 1 },
  },
  'on one of two fields of an entity': {
    query: 'query ($no: Boolean!) { patient { a: score b: score(step: 9) @skip(if: $no) } }',
    variables: { no: true },
    data: { patient: { a: 'p0 {"step":2}' } },
    requests: { one: 1, two: 1 },
  },
  'on a root field: no request for it': {
    query: 'query ($no: Boolean!) { repeat(text: "x") patient @skip(if: $no) { name score } }',
    variables: { no: true },
    data: { repeat: 'x' },
    requests: { two: 1 },
  },
  'on all root fields: an empty answer': {
    query: 'query ($no: Boolean!) { patient @skip(if: $no) { name } repeat @skip(if: $no) }',
    variables: { no: true },
    data: {},
    requests: {},
  },
  'both on one field': {
    query: `query ($t: Boolean!, $f: Boolean!) { patient {
      a: score @include(if: $t) @skip(if: $t) b: score @include(if: $t) @skip(if: $f) c: score @include(if: $f) @skip(if: $f) d: score @include(if: $f) @skip(if: $t)
    } }`,
    variables: { t: true, f: false },
    data: { patient: { b: 'p0 {"step":2}' } },
  },
  'with literals': {
    query: '{ patient { name @skip(if: true) title @include(if: true) score @include(if: false) } }',
    data: { patient: { title: 'title-p0' } },
    requests: { one: 1 },
  },
  'with the default of a variable': {
    query: 'query ($yes: Boolean = false) { patient { name score @include(if: $yes) } }',
    data: { patient: { name: 'name-p0' } },
    requests: { one: 1 },
  },
  'on an inline fragment': {
    query: 'query ($yes: Boolean!) { patient { name ... @include(if: $yes) { score title } } }',
    variables: { yes: false },
    data: { patient: { name: 'name-p0' } },
    requests: { one: 1 },
  },
  'on an inline fragment, the other way': {
    query: 'query ($yes: Boolean!) { patient { name ... on Patient @include(if: $yes) { score title } } }',
    variables: { yes: true },
    data: { patient: { name: 'name-p0', score: 'p0 {"step":2}', title: 'title-p0' } },
  },
  'on a fragment spread': {
    query: 'query ($no: Boolean!) { patient { ...F @skip(if: $no) id } } fragment F on Patient { score name }',
    variables: { no: true },
    data: { patient: { id: 'p0' } },
    requests: { one: 1 },
  },
  'on one of two mentions: the other one counts': {
    query: 'query ($no: Boolean!) { patient { score @skip(if: $no) ... { score @include(if: true) } } }',
    variables: { no: true },
    data: { patient: { score: 'p0 {"step":2}' } },
  },
  'on an object and within it': {
    query: 'query ($a: Boolean!, $b: Boolean!) { patient { self @include(if: $a) { name score @include(if: $b) } score @skip(if: $b) } }',
    variables: { a: true, b: false },
    data: { patient: { self: { name: 'name-p0' }, score: 'p0 {"step":2}' } },
  },
  'on everything inside of an object leaves it empty': {
    query: 'query ($no: Boolean!) { patient { name @skip(if: $no) score @skip(if: $no) } }',
    variables: { no: true },
    data: { patient: {} },
  },
  'on a field beyond two subgraphs': {
    query: 'query ($yes: Boolean!) { patient { friend(id: "p9") { id name @include(if: $yes) } } }',
    variables: { yes: false },
    data: { patient: { friend: { id: 'p9' } } },
    requests: { one: 1, two: 1 },
  },
  'on __typename': {
    query:
      'query ($yes: Boolean!) { __typename @include(if: $yes) patient { __typename @skip(if: $yes) name t: __typename @include(if: $yes) } }',
    variables: { yes: true },
    data: { __typename: 'Query', patient: { name: 'name-p0', t: 'Patient' } },
  },
  'whose variable is used for nothing else goes to no subgraph that does not need it': {
    query: 'query ($yes: Boolean!) { patient { name @include(if: $yes) title score } }',
    variables: { yes: true },
    data: { patient: { name: 'name-p0', title: 'title-p0', score: 'p0 {"step":2}' } },
  },
});

conformance('fragments', graph, {
  'merge with the selection, each key once, at its first place': {
    query: '{ patient { title ...F name } } fragment F on Patient { name score title }',
    data: { patient: { title: 'title-p0', name: 'name-p0', score: 'p0 {"step":2}' } },
  },
  'in fragments': {
    query: `{ patient { ...A } } fragment A on Patient { ...B self { ...B ...C } } fragment B on Patient { name ...C } fragment C on Patient { score }`,
    data: { patient: { name: 'name-p0', score: 'p0 {"step":2}', self: { name: 'name-p0', score: 'p0 {"step":2}' } } },
    requests: { one: 1, two: 1 },
    representations: { two: 1 },
  },
  'merge objects': {
    query: '{ patient { self { name } ...F self { self { id } } } } fragment F on Patient { self { title self { score } } }',
    data: { patient: { self: { name: 'name-p0', title: 'title-p0', self: { score: 'p0 {"step":2}', id: 'p0' } } } },
  },
  'used at many places': {
    query:
      '{ a: patient(id: "a") { ...F } b: patient(id: "b") { self { ...F } } patients { ...F } } fragment F on Patient { name(upper: true) score(step: 1) }',
    data: {
      a: { name: 'NAME-A', score: 'a {"step":1}' },
      b: { self: { name: 'NAME-B', score: 'b {"step":1}' } },
      patients: [
        { name: 'NAME-P1', score: 'p1 {"step":1}' },
        { name: 'NAME-P2', score: 'p2 {"step":1}' },
      ],
    },
    requests: { one: 1, two: 1 },
  },
  'at the root': {
    query: '{ ...R repeat(text: "y") } fragment R on Query { repeat(text: "y") patient { score } }',
    data: { repeat: 'y', patient: { score: 'p0 {"step":2}' } },
  },
  'at the root, in one another': {
    query: `{ ...W } fragment W on Query { ...J } fragment J on Query { ...O } fragment O on Query { ...L patients { id } } fragment L on Query { patient { friend(id: "f") { id } } }`,
    data: { patient: { friend: { id: 'f' } }, patients: [{ id: 'p1' }, { id: 'p2' }] },
  },
  'with variables': {
    query: 'query ($s: Int) { patient { ...F } } fragment F on Patient { score(step: $s) name(upper: true) }',
    variables: { s: 8 },
    data: { patient: { score: 'p0 {"step":8}', name: 'NAME-P0' } },
  },
  'without a type': {
    query: '{ ... { patient { ... { ... { score } } } } }',
    data: { patient: { score: 'p0 {"step":2}' } },
  },
  'of a document with two operations': {
    query: 'query A { patient { ...F } } query B { patient(id: "b") { ...F } } fragment F on Patient { score }',
    operationName: 'B',
    data: { patient: { score: 'b {"step":2}' } },
  },
  'of a document with two operations, the other one': {
    query: 'query A { patient { ...F } } query B { patient(id: "b") { ...F } } fragment F on Patient { score }',
    operationName: 'A',
    data: { patient: { score: 'p0 {"step":2}' } },
  },
});
