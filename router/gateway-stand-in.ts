/**
 * A supergraph with one field, for the gateway. The gateway builds a planner for whatever it is given; ours is elsewhere
 * (plan/planning-thread.ts), so it is given as little as it takes.
 * @param version a new one makes the gateway tell Apollo Server that there is another schema
 */
export const gatewayStandIn = (version: number): string => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) {
    query: Query
  }
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
  scalar link__Import
  scalar join__FieldSet
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { NONE @join__graph(name: "none", url: "http://none.invalid") }
  type Query @join__type(graph: NONE) { version${version}: Int }
`;
