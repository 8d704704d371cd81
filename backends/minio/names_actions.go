package minio

import "strings"

// rejected are actions of AWS that MinIO does not know; one of them makes it refuse a whole document. A test puts each
// to a server.
const rejected = `
s3:AssociateAccessGrantsIdentityCenter
s3:CreateAccessPoint
s3:CreateJob
s3:CreateSession
s3:DeleteAccessPoint
s3:DeleteBucketOwnershipControls
s3:DeleteBucketWebsite
s3:DeleteObjectAttributes
s3:DeleteStorageLensConfiguration
s3:Describe*
s3:GetAccelerateConfiguration
s3:GetAccessPoint
s3:GetAccountPublicAccessBlock
s3:GetAnalyticsConfiguration
s3:GetBucketAcl
s3:GetBucketCORS
s3:GetBucketEncryption
s3:GetBucketLogging
s3:GetBucketOwnershipControls
s3:GetBucketPublicAccessBlock
s3:GetBucketRequestPayment
s3:GetBucketWebsite
s3:GetIntelligentTieringConfiguration
s3:GetInventoryConfiguration
s3:GetMetricsConfiguration
s3:GetObjectAcl
s3:GetObjectTorrent
s3:GetObjectVersionAcl
s3:GetObjectVersionTorrent
s3:HeadObject
s3:InitiateReplication
s3:ListAccessPoints
s3:ListJobs
s3:ListObjects
s3:ListObjectsV2
s3:ListTagsForResource
s3:ObjectOwnerOverrideToBucketOwner
s3:PauseReplication
s3:PutAccelerateConfiguration
s3:PutAccountPublicAccessBlock
s3:PutAnalyticsConfiguration
s3:PutBucketAcl
s3:PutBucketCORS
s3:PutBucketEncryption
s3:PutBucketLogging
s3:PutBucketOwnershipControls
s3:PutBucketPublicAccessBlock
s3:PutBucketRequestPayment
s3:PutBucketWebsite
s3:PutIntelligentTieringConfiguration
s3:PutInventoryConfiguration
s3:PutMetricsConfiguration
s3:PutObjectAcl
s3:PutObjectVersionAcl
s3:SelectObjectContent
s3:TagResource
s3:UntagResource
s3:UpdateJob*
ec2:*
iam:*
logs:*
s3-object-lambda:*
s3express:*
sts:AssumeRole
sts:GetCallerIdentity
sts:TagSession
`

func rejectedActions() []string { return strings.Fields(rejected) }
