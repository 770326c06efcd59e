"""A program as people have it, of which only the endpoint was changed. Prints what it was answered, as JSON.

    python3 boto3Program.py ENDPOINT REGION COLLECTION GROUP_PHOTO PORTRAIT
"""

import json
import sys
from pathlib import Path

import boto3

endpoint, region, collection, group, portrait = sys.argv[1:]
client = boto3.client("rekognition", region_name=region, endpoint_url=endpoint)

created = client.create_collection(CollectionId=collection)
try:
    arn = client.describe_collection(CollectionId=collection)["CollectionARN"]
    client.tag_resource(ResourceArn=arn, Tags={"event": "party"})
    indexed = client.index_faces(
        CollectionId=collection, ExternalImageId="group", Image={"Bytes": Path(group).read_bytes()}
    )
    face_ids = [record["Face"]["FaceId"] for record in indexed["FaceRecords"]]
    client.create_user(CollectionId=collection, UserId="guest")
    associated = client.associate_faces(CollectionId=collection, UserId="guest", FaceIds=face_ids[:1])
    pages = client.get_paginator("list_faces").paginate(
        CollectionId=collection, PaginationConfig={"PageSize": 1}
    )
    selfie = {"Bytes": Path(portrait).read_bytes()}
    searched = client.search_faces_by_image(CollectionId=collection, Image=selfie)
    users = client.search_users_by_image(CollectionId=collection, Image=selfie)
    try:
        client.create_collection(CollectionId=collection)
        refused = None
    except client.exceptions.ResourceAlreadyExistsException as error:
        refused = error.response["Error"]
    disassociated = client.disassociate_faces(CollectionId=collection, UserId="guest", FaceIds=face_ids[:1])
    print(
        json.dumps(
            {
                "created": created["StatusCode"],
                "tags": client.list_tags_for_resource(ResourceArn=arn)["Tags"],
                "indexed": face_ids,
                "listed": [face["FaceId"] for page in pages for face in page["Faces"]],
                "found": [match["Face"]["FaceId"] for match in searched["FaceMatches"]],
                "associated": [face["FaceId"] for face in associated["AssociatedFaces"]],
                "foundUsers": [match["User"]["UserId"] for match in users["UserMatches"]],
                "disassociated": [face["FaceId"] for face in disassociated["DisassociatedFaces"]],
                "deleted": client.delete_faces(CollectionId=collection, FaceIds=face_ids)["DeletedFaces"],
                "refused": refused,
            }
        )
    )
finally:
    client.delete_collection(CollectionId=collection)
