import type { NaturalPair } from '../pair.ts';
import { move, moveAll } from '../plan-words.ts';

export const cloudeventsToCyclonedx: NaturalPair[] = [
  {
    id: 'cloudevents.event.v01',
    source: 'npm cloudevents-sdk 1.0 (1.0 → 0.1)',
    change: 'prefix',
    answer: 'plain',
    contract: { id: 'string', type: 'string', time: 'date-time', source: 'string' },
    was: {
      id: 'A234-1234-1234',
      type: 'com.example.someevent',
      time: '2018-04-05T17:31:00Z',
      source: '/mycontext',
    },
    is: {
      cloudEventsVersion: '0.1',
      eventID: 'A234-1234-1234',
      eventType: 'com.example.someevent',
      eventTime: '2018-04-05T17:31:00Z',
      source: '/mycontext',
      contentType: 'text/xml',
    },
    plan: [move('/eventID', '/id'), move('/eventType', '/type'), move('/eventTime', '/time')],
  },
  {
    id: 'cloudevents.event.v10',
    source: 'npm cloudevents-sdk 1.0 (0.1 → 1.0)',
    change: 'prefix',
    answer: 'plain',
    contract: { eventID: 'string', eventType: 'string', eventTime: 'date-time', source: 'string' },
    was: {
      eventID: 'A234-1234-1234',
      eventType: 'com.example.someevent',
      eventTime: '2018-04-05T17:31:00Z',
      source: '/mycontext',
    },
    is: {
      specversion: '1.0',
      id: 'A234-1234-1234',
      type: 'com.example.someevent',
      time: '2018-04-05T17:31:00Z',
      source: '/mycontext',
      datacontenttype: 'text/xml',
    },
    plan: [move('/id', '/eventID'), move('/type', '/eventType'), move('/time', '/eventTime')],
  },
  {
    id: 'cloudevents.event.contenttype',
    source: 'npm cloudevents-sdk 1.0 (0.3 → 0.2)',
    change: 'rename',
    answer: 'plain',
    contract: { id: 'string', datacontenttype: 'string' },
    was: { id: 'C234', datacontenttype: 'application/json' },
    is: { id: 'C234', specversion: '0.2', contenttype: 'application/json' },
    plan: [move('/contenttype', '/datacontenttype')],
  },
  {
    id: 'cloudevents.event.schema',
    source: 'npm cloudevents-sdk 1.0 (0.3 → 1.0)',
    change: 'synonym',
    answer: 'teachable',
    contract: { id: 'string', schemaurl: 'string' },
    was: { id: 'C234', schemaurl: 'https://example.org/s.json' },
    is: {
      id: 'C234',
      specversion: '1.0',
      dataschema: 'https://example.org/s.json',
      source: 'https://example.org/sender',
    },
    plan: [move('/dataschema', '/schemaurl')],
    why: 'half of the name is another',
  },
  {
    id: 'sarif.run.driver',
    source: 'npm @types/sarif 2.1 (2.0 → 2.1.0)',
    change: 'nest',
    answer: 'plain',
    contract: { tool: { name: 'string', semanticVersion: 'string', 'fullName?': 'string' } },
    was: { tool: { name: 'CodeScanner', semanticVersion: '1.1.2', fullName: 'CodeScanner 1.1 (en-US)' } },
    is: {
      tool: {
        driver: {
          name: 'CodeScanner',
          semanticVersion: '1.1.2',
          fullName: 'CodeScanner 1.1 (en-US)',
          rules: [{ id: 'C2001', name: 'NoUninitialized' }],
        },
      },
    },
    plan: moveAll('/tool/driver', '/tool', ['name', 'semanticVersion', 'fullName']),
  },
  {
    id: 'sarif.result.location',
    source: 'npm @types/sarif 2.1 (2.0 → 2.1.0)',
    change: 'rename',
    answer: 'plain',
    contract: {
      ruleId: 'string',
      locations: [
        { physicalLocation: { fileLocation: { uri: 'string' }, region: { startLine: 'integer' } } },
      ],
    },
    was: {
      ruleId: 'C2001',
      locations: [{ physicalLocation: { fileLocation: { uri: 'src/a.c' }, region: { startLine: 24 } } }],
    },
    is: {
      ruleId: 'C2001',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'src/a.c', index: 0 }, region: { startLine: 24 } } },
      ],
    },
    plan: [
      move(
        '/locations/*/physicalLocation/artifactLocation/uri',
        '/locations/*/physicalLocation/fileLocation/uri',
      ),
    ],
  },
  {
    id: 'sarif.invocation.times',
    source: 'npm @types/sarif 2.1 (2.0 → 2.1.0)',
    change: 'convention',
    answer: 'plain',
    contract: { commandLine: 'string', startTime: 'date-time', endTime: 'date-time' },
    was: { commandLine: 'scan src', startTime: '2016-07-16T14:18:25Z', endTime: '2016-07-16T14:19:01Z' },
    is: {
      commandLine: 'scan src',
      startTimeUtc: '2016-07-16T14:18:25Z',
      endTimeUtc: '2016-07-16T14:19:01Z',
      exitCode: 0,
    },
    plan: [move('/startTimeUtc', '/startTime'), move('/endTimeUtc', '/endTime')],
  },
  {
    id: 'sarif.result.suppression',
    source: 'npm @types/sarif 2.1 (2.0 → 2.1.0)',
    change: 'meaning',
    answer: 'refuse',
    contract: { ruleId: 'string', suppressionStates: ['string'] },
    was: { ruleId: 'C2001', suppressionStates: ['suppressedExternally'] },
    is: { ruleId: 'C2001', suppressions: [{ kind: 'external', status: 'accepted' }] },
    why: 'objects with other members',
  },
  {
    id: 'sarif.run.files',
    source: 'npm @types/sarif 2.1 (2.0 → 2.1.0)',
    change: 'meaning',
    answer: 'refuse',
    contract: { columnKind: 'string', files: { main: { mimeType: 'string' } } },
    was: { columnKind: 'utf16CodeUnits', files: { main: { mimeType: 'text/x-c' } } },
    is: {
      columnKind: 'utf16CodeUnits',
      artifacts: [
        { location: { uri: 'main' }, mimeType: 'text/x-c' },
        { location: { uri: 'other' }, mimeType: 'text/x-h' },
      ],
    },
    why: 'a map became a list',
  },
  {
    id: 'cyclonedx.bom.tools',
    source: 'npm @cyclonedx/cyclonedx-library (schemas 1.4 → 1.5)',
    change: 'language',
    answer: 'teachable',
    contract: {
      serialNumber: 'string',
      metadata: { timestamp: 'date-time', tools: [{ name: 'string', version: 'string' }] },
    },
    was: {
      serialNumber: 'urn:uuid:3e67',
      metadata: { timestamp: '2026-04-13T20:20:39Z', tools: [{ name: 'tool', version: '9.1.2' }] },
    },
    is: {
      serialNumber: 'urn:uuid:3e67',
      metadata: {
        timestamp: '2026-04-13T20:20:39Z',
        tools: { components: [{ type: 'application', name: 'tool', version: '9.1.2' }] },
      },
    },
    why: 'a list that moves into the place of the object around it',
  },
];
