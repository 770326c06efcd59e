CREATE TABLE "staged_embeddings" (
	"collection_id" integer NOT NULL,
	"model_pack" text NOT NULL,
	"face_id" uuid NOT NULL,
	"embedding" halfvec NOT NULL,
	CONSTRAINT "staged_embeddings_collection_id_model_pack_face_id_pk" PRIMARY KEY("collection_id","model_pack","face_id")
);
--> statement-breakpoint
ALTER TABLE "staged_embeddings" ADD CONSTRAINT "staged_embeddings_collection_id_collections_id_fk" FOREIGN KEY ("collection_id") REFERENCES "public"."collections"("id") ON DELETE cascade ON UPDATE no action;