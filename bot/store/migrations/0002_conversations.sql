-- Conversations with a model, and the exchanges they are made of.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    search TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL,
    body TEXT NOT NULL
);
-- A user's newest conversations, searched in the index alone.
CREATE INDEX conversations_of_user ON conversations (user_id, provider, updated_at DESC, search);

CREATE TABLE exchanges (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    shown BIGINT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX exchanges_of_conversation ON exchanges (conversation_id, number, created_at);
-- What a dead process left.
CREATE INDEX exchanges_open ON exchanges (shown) WHERE shown = 0;

CREATE TABLE exchange_inputs (
    exchange_id TEXT NOT NULL,
    input_id TEXT NOT NULL,
    PRIMARY KEY (exchange_id, input_id)
);
CREATE INDEX exchange_inputs_input ON exchange_inputs (input_id);
