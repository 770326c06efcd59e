/** How Cameo treats the members of one shape of the service model. Every member of the model is in one of the three. */
export interface MemberSupport {
  /** Taken and answered as Rekognition documents it. */
  readonly honoured: readonly string[];
  /** Taken or answered in part: how far. */
  readonly partly?: Readonly<Record<string, string>>;
  /** Never answered, or refused: why. */
  readonly not?: Readonly<Record<string, string>>;
}

const box: MemberSupport = { honoured: ["Width", "Height", "Left", "Top"] };
const confidentValue: MemberSupport = { honoured: ["Value", "Confidence"] };
const user: MemberSupport = { honoured: ["UserId", "UserStatus"] };
const attributes =
  "AgeRange, Gender, Smile, EyesOpen, MouthOpen and the 30 landmarks are answered, the other attributes are absent";
const noOrientation = "absent, as AWS's since 2021: images are turned upright by their Exif orientation";
const notMeasured = "absent: there is no model for it yet";
const notCompared = "absent, as in AWS's recorded answers";

/** The inputs, outputs and inner shapes of the offered operations. The table in `README.md` comes from here. */
export const memberSupport: Readonly<Record<string, MemberSupport>> = {
  AssociateFacesRequest: {
    honoured: ["CollectionId", "UserId", "FaceIds", "UserMatchThreshold", "ClientRequestToken"],
  },
  AssociateFacesResponse: { honoured: ["AssociatedFaces", "UnsuccessfulFaceAssociations", "UserStatus"] },
  CompareFacesRequest: {
    honoured: ["SourceImage", "TargetImage", "SimilarityThreshold", "QualityFilter"],
  },
  CompareFacesResponse: {
    honoured: ["SourceImageFace", "FaceMatches", "UnmatchedFaces"],
    not: {
      SourceImageOrientationCorrection: noOrientation,
      TargetImageOrientationCorrection: noOrientation,
    },
  },
  CreateCollectionRequest: { honoured: ["CollectionId", "Tags"] },
  CreateCollectionResponse: { honoured: ["StatusCode", "CollectionArn", "FaceModelVersion"] },
  CreateUserRequest: { honoured: ["CollectionId", "UserId", "ClientRequestToken"] },
  CreateUserResponse: { honoured: [] },
  DeleteCollectionRequest: { honoured: ["CollectionId"] },
  DeleteCollectionResponse: { honoured: ["StatusCode"] },
  DeleteFacesRequest: { honoured: ["CollectionId", "FaceIds"] },
  DeleteFacesResponse: { honoured: ["DeletedFaces", "UnsuccessfulFaceDeletions"] },
  DeleteUserRequest: { honoured: ["CollectionId", "UserId", "ClientRequestToken"] },
  DeleteUserResponse: { honoured: [] },
  DescribeCollectionRequest: { honoured: ["CollectionId"] },
  DescribeCollectionResponse: {
    honoured: ["FaceCount", "FaceModelVersion", "CollectionARN", "CreationTimestamp", "UserCount"],
  },
  DetectFacesRequest: { honoured: ["Image"], partly: { Attributes: attributes } },
  DetectFacesResponse: { honoured: ["FaceDetails"], not: { OrientationCorrection: noOrientation } },
  DisassociateFacesRequest: { honoured: ["CollectionId", "UserId", "ClientRequestToken", "FaceIds"] },
  DisassociateFacesResponse: {
    honoured: ["DisassociatedFaces", "UnsuccessfulFaceDisassociations", "UserStatus"],
  },
  IndexFacesRequest: {
    honoured: ["CollectionId", "Image", "ExternalImageId", "MaxFaces", "QualityFilter"],
    partly: { DetectionAttributes: attributes },
  },
  IndexFacesResponse: {
    honoured: ["FaceRecords", "FaceModelVersion", "UnindexedFaces"],
    not: { OrientationCorrection: noOrientation },
  },
  ListCollectionsRequest: { honoured: ["NextToken", "MaxResults"] },
  ListCollectionsResponse: { honoured: ["CollectionIds", "NextToken", "FaceModelVersions"] },
  ListFacesRequest: { honoured: ["CollectionId", "NextToken", "MaxResults", "UserId", "FaceIds"] },
  ListFacesResponse: { honoured: ["Faces", "NextToken", "FaceModelVersion"] },
  ListTagsForResourceRequest: { honoured: ["ResourceArn"] },
  ListTagsForResourceResponse: { honoured: ["Tags"] },
  ListUsersRequest: { honoured: ["CollectionId", "MaxResults", "NextToken"] },
  ListUsersResponse: { honoured: ["Users", "NextToken"] },
  SearchFacesRequest: { honoured: ["CollectionId", "FaceId", "MaxFaces", "FaceMatchThreshold"] },
  SearchFacesResponse: { honoured: ["SearchedFaceId", "FaceMatches", "FaceModelVersion"] },
  SearchFacesByImageRequest: {
    honoured: ["CollectionId", "Image", "MaxFaces", "FaceMatchThreshold", "QualityFilter"],
  },
  SearchFacesByImageResponse: {
    honoured: ["SearchedFaceBoundingBox", "SearchedFaceConfidence", "FaceMatches", "FaceModelVersion"],
  },
  SearchUsersRequest: { honoured: ["CollectionId", "UserId", "FaceId", "UserMatchThreshold", "MaxUsers"] },
  SearchUsersResponse: { honoured: ["UserMatches", "FaceModelVersion", "SearchedFace", "SearchedUser"] },
  SearchUsersByImageRequest: {
    honoured: ["CollectionId", "Image", "UserMatchThreshold", "MaxUsers", "QualityFilter"],
  },
  SearchUsersByImageResponse: {
    honoured: ["UserMatches", "FaceModelVersion", "SearchedFace", "UnsearchedFaces"],
  },
  TagResourceRequest: { honoured: ["ResourceArn", "Tags"] },
  TagResourceResponse: { honoured: [] },
  UntagResourceRequest: { honoured: ["ResourceArn", "TagKeys"] },
  UntagResourceResponse: { honoured: [] },

  AgeRange: { honoured: ["Low", "High"] },
  AssociatedFace: { honoured: ["FaceId"] },
  BoundingBox: box,
  ComparedFace: {
    honoured: ["BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"],
    not: { Emotions: notCompared, Smile: notCompared },
  },
  ComparedSourceImageFace: { honoured: ["BoundingBox", "Confidence"] },
  CompareFacesMatch: { honoured: ["Similarity", "Face"] },
  DisassociatedFace: { honoured: ["FaceId"] },
  EyeOpen: confidentValue,
  Face: {
    honoured: [
      "FaceId",
      "BoundingBox",
      "ImageId",
      "ExternalImageId",
      "Confidence",
      "IndexFacesModelVersion",
      "UserId",
    ],
  },
  FaceDetail: {
    honoured: [
      "BoundingBox",
      "AgeRange",
      "Smile",
      "Gender",
      "EyesOpen",
      "MouthOpen",
      "Landmarks",
      "Pose",
      "Quality",
      "Confidence",
    ],
    not: {
      Eyeglasses: notMeasured,
      Sunglasses: notMeasured,
      Beard: notMeasured,
      Mustache: notMeasured,
      Emotions: notMeasured,
      FaceOccluded: notMeasured,
      EyeDirection: notMeasured,
    },
  },
  FaceMatch: { honoured: ["Similarity", "Face"] },
  FaceRecord: { honoured: ["Face", "FaceDetail"] },
  Gender: confidentValue,
  Image: {
    honoured: ["Bytes"],
    partly: {
      S3Object: "from the buckets that the settings name; InvalidS3ObjectException where S3 is not set up",
    },
  },
  ImageQuality: { honoured: ["Brightness", "Sharpness"] },
  Landmark: { honoured: ["Type", "X", "Y"] },
  MatchedUser: user,
  MouthOpen: confidentValue,
  Pose: { honoured: ["Roll", "Yaw", "Pitch"] },
  S3Object: { honoured: ["Bucket", "Name", "Version"] },
  SearchedFace: { honoured: ["FaceId"] },
  SearchedFaceDetails: { honoured: ["FaceDetail"] },
  SearchedUser: { honoured: ["UserId"] },
  Smile: confidentValue,
  UnindexedFace: { honoured: ["Reasons", "FaceDetail"] },
  UnsearchedFace: { honoured: ["FaceDetails", "Reasons"] },
  UnsuccessfulFaceAssociation: { honoured: ["FaceId", "UserId", "Confidence", "Reasons"] },
  UnsuccessfulFaceDeletion: { honoured: ["FaceId", "UserId", "Reasons"] },
  UnsuccessfulFaceDisassociation: { honoured: ["FaceId", "UserId", "Reasons"] },
  User: user,
  UserMatch: { honoured: ["Similarity", "User"] },
};
