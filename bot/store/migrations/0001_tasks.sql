-- Tasks: the columns that questions are asked about. Everything else of a task is JSON in "body".
CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    action TEXT NOT NULL,
    submission TEXT NOT NULL,
    caption TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    phase TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at DOUBLE PRECISION,
    lease_until DOUBLE PRECISION NOT NULL,
    show_at DOUBLE PRECISION,
    route TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    accepted_at DOUBLE PRECISION,
    finished_at DOUBLE PRECISION,
    ended_at DOUBLE PRECISION,
    search TEXT NOT NULL,
    body TEXT NOT NULL
);
-- What is due, over unfinished rows only: finished ones have no due_at.
CREATE INDEX tasks_due ON tasks (phase, due_at) WHERE due_at IS NOT NULL;
-- Whose end has not reached its card yet.
CREATE INDEX tasks_unshown ON tasks (show_at) WHERE show_at IS NOT NULL;
-- What occupies a slot.
CREATE INDEX tasks_open ON tasks (user_id, provider) WHERE ended_at IS NULL;
-- A user's newest tasks, filtered and searched in the index alone.
CREATE INDEX tasks_of_user ON tasks (user_id, created_at DESC, id DESC, provider, phase, search);
-- How long a provider takes.
CREATE INDEX tasks_durations ON tasks (provider, action, finished_at DESC) WHERE phase = 'delivered';

-- Pictures that users gave, once each by their SHA-256.
CREATE TABLE inputs (
    id TEXT PRIMARY KEY,
    mime TEXT NOT NULL,
    url TEXT NOT NULL,
    content BYTEA NOT NULL,
    used_at DOUBLE PRECISION NOT NULL
);
-- Found without reading the pictures themselves, which stand before the column in each row.
CREATE INDEX inputs_used ON inputs (used_at);
CREATE TABLE task_inputs (
    task_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    PRIMARY KEY (task_id, input_id)
);
CREATE INDEX task_inputs_input ON task_inputs (input_id);

CREATE TABLE users (
    user_id BIGINT PRIMARY KEY,
    settings TEXT NOT NULL
);

CREATE TABLE memory (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
