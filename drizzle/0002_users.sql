CREATE TABLE "request_tokens" (
	"collection_id" integer NOT NULL,
	"operation" text NOT NULL,
	"token" text NOT NULL,
	"parameters" text NOT NULL,
	"outcome" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "request_tokens_collection_id_operation_token_pk" PRIMARY KEY("collection_id","operation","token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"collection_id" integer NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"embedding" halfvec,
	CONSTRAINT "users_collection_id_user_id_pk" PRIMARY KEY("collection_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "collections" ADD COLUMN "user_count" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "faces" ADD COLUMN "user_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "request_tokens" ADD CONSTRAINT "request_tokens_collection_id_collections_id_fk" FOREIGN KEY ("collection_id") REFERENCES "public"."collections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_collection_id_collections_id_fk" FOREIGN KEY ("collection_id") REFERENCES "public"."collections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "request_tokens_age" ON "request_tokens" USING btree ("collection_id","created_at");--> statement-breakpoint
ALTER TABLE "faces" ADD CONSTRAINT "faces_collection_id_user_id_users_collection_id_user_id_fk" FOREIGN KEY ("collection_id","user_id") REFERENCES "public"."users"("collection_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "faces_user" ON "faces" USING btree ("collection_id","user_id") WHERE "faces"."user_id" is not null;