CREATE TABLE "collections" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "collections_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"model_pack" text NOT NULL,
	"face_model_version" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"face_count" bigint DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "collections_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "faces" (
	"collection_id" integer NOT NULL,
	"face_id" uuid NOT NULL,
	"image_id" uuid NOT NULL,
	"external_image_id" text,
	"left" real NOT NULL,
	"top" real NOT NULL,
	"width" real NOT NULL,
	"height" real NOT NULL,
	"confidence" real NOT NULL,
	"embedding" halfvec NOT NULL,
	CONSTRAINT "faces_collection_id_face_id_pk" PRIMARY KEY("collection_id","face_id")
);
--> statement-breakpoint
CREATE TABLE "shared_secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "faces" ADD CONSTRAINT "faces_collection_id_collections_id_fk" FOREIGN KEY ("collection_id") REFERENCES "public"."collections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "faces_image" ON "faces" USING btree ("collection_id","image_id");