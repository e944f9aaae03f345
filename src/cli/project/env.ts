export const envTemplate = `# Copy to .env, in the folder where sentinel is started. Real environment variables win over this file.

# Bearer token for ingest, API and console. Needed when the host is not loopback.
# SENTINEL_API_TOKEN=

# An LLM that proposes repairs: a key or a base URL, and a model.
# Any server with OpenAI's API will do, such as Ollama at http://127.0.0.1:11434/v1.
# OPENAI_API_KEY=
# OPENAI_BASE_URL=
# OPENAI_REMEDIATION_MODEL=

# The database of a postgres destination (else DATABASE_URL is taken), and a login that may only read, for queries.
# SENTINEL_POSTGRES_URL=postgres://sentinel:password@localhost:5432/warehouse
# SENTINEL_POSTGRES_QUERY_URL=
# A file with credentials for a bigquery destination.
# GOOGLE_APPLICATION_CREDENTIALS=

# SENTINEL_API_PORT=3111
# SENTINEL_HOST=127.0.0.1
# SENTINEL_DATA_DIR=./data
# SENTINEL_CONFIG_PATH=./sentinel-config.yaml
# REPAIR_RULE_TTL_DAYS=7

# The engine of many machines (docs/scaling.md).
# SENTINEL_ENGINE=nats
# SENTINEL_ROLE=worker
# SENTINEL_NATS_SERVERS=127.0.0.1:4222
# SENTINEL_NATS_CREDENTIALS=./sentinel.creds
# SENTINEL_NATS_USER=
# SENTINEL_NATS_PASSWORD=
# SENTINEL_NATS_TOKEN=
# SENTINEL_WORKER_LABELS=
`;
