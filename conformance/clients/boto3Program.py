"""Programs as people have them, of which only the endpoint was changed. Prints what they were answered, as JSON.

    python3 boto3Program.py faces|users ENDPOINT REGION COLLECTION GROUP_PHOTO PORTRAIT
"""

import json
import sys
from pathlib import Path

import boto3


def faces(client, collection, group, portrait):
    arn = client.describe_collection(CollectionId=collection)["CollectionARN"]
    client.tag_resource(ResourceArn=arn, Tags={"event": "party"})
    face_ids = index(client, collection, group)
    pages = client.get_paginator("list_faces").paginate(
        CollectionId=collection, PaginationConfig={"PageSize": 1}
    )
    searched = client.search_faces_by_image(CollectionId=collection, Image=portrait)
    try:
        client.create_collection(CollectionId=collection)
        refused = None
    except client.exceptions.ResourceAlreadyExistsException as error:
        refused = error.response["Error"]
    return {
        "tags": client.list_tags_for_resource(ResourceArn=arn)["Tags"],
        "indexed": face_ids,
        "listed": [face["FaceId"] for page in pages for face in page["Faces"]],
        "found": [match["Face"]["FaceId"] for match in searched["FaceMatches"]],
        "deleted": client.delete_faces(CollectionId=collection, FaceIds=face_ids)["DeletedFaces"],
        "refused": refused,
    }


def users(client, collection, group, portrait):
    guest = {"CollectionId": collection, "UserId": "guest", "FaceIds": index(client, collection, group)[:1]}
    client.create_user(CollectionId=collection, UserId="guest")
    associated = client.associate_faces(**guest)
    searched = client.search_users_by_image(CollectionId=collection, Image=portrait)
    return {
        "associated": len(associated["AssociatedFaces"]),
        "found": [match["User"]["UserId"] for match in searched["UserMatches"]],
        "disassociated": len(client.disassociate_faces(**guest)["DisassociatedFaces"]),
    }


def index(client, collection, image):
    indexed = client.index_faces(CollectionId=collection, ExternalImageId="group", Image=image)
    return [record["Face"]["FaceId"] for record in indexed["FaceRecords"]]


def main(program, endpoint, region, collection, group, portrait):
    client = boto3.client("rekognition", region_name=region, endpoint_url=endpoint)
    images = [{"Bytes": Path(file).read_bytes()} for file in (group, portrait)]
    client.create_collection(CollectionId=collection)
    try:
        print(json.dumps({"faces": faces, "users": users}[program](client, collection, *images)))
    finally:
        client.delete_collection(CollectionId=collection)


main(*sys.argv[1:])
