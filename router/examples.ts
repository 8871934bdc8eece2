import { demoIds } from './personas.ts';

/** An operation to start from, shown as a tab of the sandbox. */
export interface Example {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const chart: Example = {
  query: `# Signed in as: patient. One question, answered by five services.
query MyChart {
  me {
    patient {
      id
      name { text }
      birthDate
      allergies(first: 5) { edges { node { substanceText criticality clinicalStatus } } }
      appointments(first: 5) {
        edges {
          node {
            id
            status
            startsAt
            healthcareService { name }
            practitioner { displayName specialty }
            visit { id status }
          }
        }
      }
      prescriptions(first: 5) { edges { node { id status medication { name } } } }
      invoices(first: 5) {
        edges { node { number status totals { total { amountMinor currency } balance { amountMinor currency } } } }
      }
    }
  }
}
`,
  variables: {},
};

const dayMs = 24 * 60 * 60 * 1000;

const findSlot = (now: Date): Example => ({
  query: `# Signed in as: anyone. Free times of the next days; take one to book it.
query FindSlot($service: ID!, $from: DateTime!, $to: DateTime!) {
  healthcareServices(first: 10) { edges { node { id code name durationMinutes } } }
  availableSlots(healthcareServiceId: $service, from: $from, to: $to, first: 10) {
    startsAt
    endsAt
    localStart
    practitioner { id displayName }
  }
}
`,
  variables: {
    service: demoIds.healthcareService,
    from: new Date(now.getTime() + dayMs).toISOString(),
    to: new Date(now.getTime() + 8 * dayMs).toISOString(),
  },
});

const book: Example = {
  query: `# Signed in as: patient or frontdesk. The same idempotencyKey never books twice.
mutation Book($input: BookAppointmentInput!) {
  bookAppointment(input: $input) {
    appointment { id status startsAt practitioner { displayName } }
    userErrors { code message path }
  }
}
`,
  variables: {
    input: {
      idempotencyKey: 'choose-a-new-one-for-each-booking',
      patientId: demoIds.patient,
      practitionerId: demoIds.practitioner,
      healthcareServiceId: demoIds.healthcareService,
      startsAt: 'startsAt of a slot of FindSlot',
    },
  },
};

const visits: Example = {
  query: `# Signed in as: practitioner.
query MyPatients {
  me {
    practitioner {
      displayName
      visits(first: 10) {
        edges {
          node {
            id
            status
            plannedStartAt
            patient { id name { text } allergies(first: 5) { edges { node { substanceText criticality } } } }
            prescriptions(first: 5) { edges { node { status medication { name } detectedIssues { severity detail } } } }
          }
        }
      }
    }
  }
}
`,
  variables: {},
};

const medications: Example = {
  query: `# Signed in as: anyone. The demo catalogue.
query FindMedication($search: String!) {
  medications(search: $search, first: 10) {
    edges { node { id name strength form classes schedule ingredients { name } } }
  }
}
`,
  variables: { search: 'amox' },
};

export const examples = (now: Date): readonly Example[] => [chart, findSlot(now), book, visits, medications];
