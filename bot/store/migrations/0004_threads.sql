-- Conversations that go on in a thread of their own.
ALTER TABLE conversations ADD COLUMN thread_id BIGINT;
CREATE INDEX conversations_thread ON conversations (thread_id) WHERE thread_id IS NOT NULL;
