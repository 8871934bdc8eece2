import graphql from '@graphql-eslint/eslint-plugin';

// ESLint looks at the SDL only; oxlint does the TypeScript.
const generated = ['schema/supergraph.graphql', 'schema/api.graphql', 'schema/partner.graphql'];

export default [
  { ignores: generated },
  {
    files: ['schema/*.graphql'],
    languageOptions: { parser: graphql.parser },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      '@graphql-eslint/no-hashtag-description': 'error',
      '@graphql-eslint/no-typename-prefix': 'error',
      '@graphql-eslint/require-deprecation-reason': 'error',
      '@graphql-eslint/unique-enum-value-names': 'error',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
          // The root types belong to all services together: none of them has a description to give.
          ignoredSelectors: ['ObjectTypeDefinition[name.value=/^(Query|Mutation|Subscription)$/]'],
        },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: { style: 'camelCase', forbiddenPrefixes: ['get', 'fetch'] },
          InputValueDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          DirectiveDefinition: 'camelCase',
          InputObjectTypeDefinition: { requiredSuffixes: ['Input', 'Filter', 'Order'] },
          'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['get', 'find', 'list', 'query'], forbiddenSuffixes: ['Query'] },
          'FieldDefinition[parent.name.value=Mutation]': { forbiddenSuffixes: ['Mutation'] },
          'EnumTypeDefinition,ObjectTypeDefinition,InterfaceTypeDefinition': { forbiddenSuffixes: ['Enum', 'Interface'] },
        },
      ],
    },
  },
];
