-- Splits the faces table into 16 partitions by collection. Run once, with all servers stopped:
--   psql "$DATABASE_URL" --set ON_ERROR_STOP=1 --single-transaction --file docs/partition-faces.sql
-- Rows are written anew, so that there must be room for the table twice.

ALTER TABLE faces RENAME TO faces_unpartitioned;

CREATE TABLE faces (LIKE faces_unpartitioned INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY HASH (collection_id);

DO $$
BEGIN
  FOR part IN 0..15 LOOP
    EXECUTE format('CREATE TABLE faces_%s PARTITION OF faces FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
  END LOOP;
END $$;

INSERT INTO faces SELECT * FROM faces_unpartitioned;
DROP TABLE faces_unpartitioned;

-- The keys and indexes that the migrations made.
ALTER TABLE faces ADD CONSTRAINT faces_collection_id_face_id_pk PRIMARY KEY (collection_id, face_id);
ALTER TABLE faces ADD CONSTRAINT faces_collection_id_collections_id_fk
  FOREIGN KEY (collection_id) REFERENCES collections (id) ON DELETE CASCADE;
ALTER TABLE faces ADD CONSTRAINT faces_collection_id_user_id_users_collection_id_user_id_fk
  FOREIGN KEY (collection_id, user_id) REFERENCES users (collection_id, user_id);
CREATE INDEX faces_version ON faces (collection_id, version, face_id);
CREATE INDEX faces_age ON faces (collection_id, indexed_at);
CREATE INDEX faces_image ON faces (collection_id, image_id);
CREATE INDEX faces_user ON faces (collection_id, user_id) WHERE user_id IS NOT NULL;
