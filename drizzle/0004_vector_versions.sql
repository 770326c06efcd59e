ALTER TABLE "collections" ADD COLUMN "removal_version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "faces" ADD COLUMN "version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "faces_version" ON "faces" USING btree ("collection_id","version","face_id");--> statement-breakpoint
CREATE INDEX "users_version" ON "users" USING btree ("collection_id","version","user_id");--> statement-breakpoint
ALTER TABLE "faces" ALTER COLUMN "embedding" SET STORAGE PLAIN;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "embedding" SET STORAGE PLAIN;--> statement-breakpoint
ALTER TABLE "staged_embeddings" ALTER COLUMN "embedding" SET STORAGE PLAIN;
