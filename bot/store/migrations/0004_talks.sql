-- Conversations that go on in a thread of their own.
ALTER TABLE conversations ADD COLUMN thread_id BIGINT;
CREATE INDEX conversations_thread ON conversations (thread_id) WHERE thread_id IS NOT NULL;
-- Until when the process that gives an answer is taken to be alive.
ALTER TABLE exchanges ADD COLUMN lease_until DOUBLE PRECISION NOT NULL DEFAULT 0;
