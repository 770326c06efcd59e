CREATE TABLE "chores" (
	"name" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "faces" ADD COLUMN "indexed_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "faces_age" ON "faces" USING btree ("collection_id","indexed_at");--> statement-breakpoint
-- Embeddings that were kept of faces which are deleted.
DELETE FROM "staged_embeddings" WHERE NOT EXISTS (
	SELECT FROM "faces" WHERE "faces"."collection_id" = "staged_embeddings"."collection_id" AND "faces"."face_id" = "staged_embeddings"."face_id"
);
