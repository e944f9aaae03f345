// Benthos as it would do the work that `npm run bench` measures: an HTTP input, the JSON Schema of the contract, and batches
// that are copied into PostgreSQL through a temporary table. Nothing is durable before the answer, and nothing is repaired.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/redpanda-data/benthos/v4/public/service"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
)

var columns = []string{"event_id", "timestamp", "source", "amount", "currency", "user_id", "email", "description"}

type copyOutput struct {
	url   string
	mutex sync.Mutex
	conn  *pgx.Conn
}

func (out *copyOutput) Connect(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, out.url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS peer (event_id text PRIMARY KEY, "timestamp" text, source text,
		amount text, currency text, user_id text, email text, description text);
		CREATE TEMP TABLE staged (LIKE peer)`)
	out.conn = conn
	return err
}

func (out *copyOutput) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	rows := make([][]any, 0, len(batch))
	for _, message := range batch {
		bytes, err := message.AsBytes()
		if err != nil {
			return err
		}
		var event map[string]any
		if err := json.Unmarshal(bytes, &event); err != nil {
			return err
		}
		row := make([]any, len(columns))
		for at, name := range columns {
			if value, ok := event[name]; ok && value != nil {
				row[at] = fmt.Sprint(value)
			}
		}
		rows = append(rows, row)
	}
	out.mutex.Lock()
	defer out.mutex.Unlock()
	tx, err := out.conn.Begin(ctx)
	if err != nil {
		return service.ErrNotConnected
	}
	defer tx.Rollback(ctx)
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"staged"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO peer SELECT * FROM staged ON CONFLICT DO NOTHING; TRUNCATE staged`); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (out *copyOutput) Close(ctx context.Context) error {
	if out.conn == nil {
		return nil
	}
	return out.conn.Close(ctx)
}

func main() {
	err := service.RegisterBatchOutput("postgres_copy",
		service.NewConfigSpec().Field(service.NewStringField("url")).Field(service.NewBatchPolicyField("batching")),
		func(conf *service.ParsedConfig, _ *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			url, err := conf.FieldString("url")
			if err != nil {
				return nil, service.BatchPolicy{}, 0, err
			}
			policy, err := conf.FieldBatchPolicy("batching")
			return &copyOutput{url: url}, policy, 2, err
		})
	if err != nil {
		panic(err)
	}
	service.RunCLI(context.Background())
}
