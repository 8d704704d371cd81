package memory

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

type object struct {
	driver.ObjectDetail
	driver.ObjectOptions
	data []byte
}

// ListObjects yields the objects, sorted by key.
func (b *backend) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return driver.Listing(func() ([]driver.ObjectInfo, error) {
		k, who, unlock, err := b.withBucket(ctx, "ListObjects", req.Bucket, driver.CapObjects)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var infos []driver.ObjectInfo
		for _, key := range slices.Sorted(maps.Keys(k.objects)) {
			if o := k.objects[key]; strings.HasPrefix(key, req.Prefix) {
				infos = append(infos, driver.ObjectInfo{Key: key, LastModified: o.LastModified, ETag: o.ETag, Size: o.Size, StorageClass: cmp.Or(o.StorageClass, "STANDARD")})
			}
		}
		return infos, who.may("s3:ListBucket", k.arn(), k, map[string][]string{"s3:prefix": {req.Prefix}})
	})
}

// find starts a request that reads an object.
func (b *backend) find(ctx context.Context, method, bucket, key string) (*object, error) {
	k, who, unlock, err := b.withBucket(ctx, method, bucket, driver.CapObjects)
	if err != nil {
		return nil, err
	}
	defer unlock()
	o, ok := k.objects[key]
	public := ok && strings.HasPrefix(o.ACL, "public-read")
	if err := who.may("s3:GetObject", k.arn()+"/"+key, k, nil); err != nil && !public {
		return nil, err
	}
	if !ok {
		return nil, missing("object", key)
	}
	return o, nil
}

// HeadObject looks an object up.
func (b *backend) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	o, err := b.find(ctx, "HeadObject", req.Bucket, req.Key)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	return o.ObjectDetail, nil
}

// GetObject fetches an object.
func (b *backend) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return transfer.Download(ctx, req, func(ctx context.Context, _ transfer.Range) (*transfer.Answer, error) {
		o, err := b.find(ctx, "GetObject", req.Bucket, req.Key)
		if err != nil {
			return nil, err
		}
		return &transfer.Answer{Body: io.NopCloser(bytes.NewReader(o.data)), Detail: o.ObjectDetail}, nil
	})
}

// PutObject stores an object.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	_, unlock, err := b.mayPut(ctx, "PutObject", req)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	unlock()
	data, err := readBody(ctx, req)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	k, unlock, err := b.mayPut(ctx, "PutObject.end", req)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	defer unlock()
	sum := md5.Sum(data)
	o := &object{data: data, ObjectOptions: req.ObjectOptions, ObjectDetail: driver.ObjectDetail{
		Size: int64(len(data)), ETag: `"` + hex.EncodeToString(sum[:]) + `"`, LastModified: now(),
		ContentType: cmp.Or(req.ContentType, "binary/octet-stream"),
	}}
	k.objects[req.Key] = o
	if req.Progress != nil {
		req.Progress(o.Size)
	}
	return o.ObjectDetail, nil
}

// mayPut starts a request that writes an object.
func (b *backend) mayPut(ctx context.Context, method string, req driver.PutObjectRequest) (*bucket, func(), error) {
	k, who, unlock, err := b.withBucket(ctx, method, req.Bucket, append(req.Needs(), driver.CapObjects)...)
	if err != nil {
		return nil, nil, err
	}
	if err := who.may("s3:PutObject", k.arn()+"/"+req.Key, k, nil); err != nil {
		unlock()
		return nil, nil, err
	}
	return k, unlock, nil
}

func readBody(ctx context.Context, req driver.PutObjectRequest) ([]byte, error) {
	source, err := transfer.Open(ctx, req)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	return io.ReadAll(source)
}

// DeleteObjects deletes the objects that the caller may delete.
func (b *backend) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	var response driver.DeleteObjectsResponse
	k, who, unlock, err := b.withBucket(ctx, "DeleteObjects", req.Bucket, driver.CapObjects)
	if err != nil {
		return response, err
	}
	defer unlock()
	if len(req.Keys) > driver.MaxDeleteObjects {
		return response, fault.New(fault.InvalidArgument, "a request deletes %d objects at most", driver.MaxDeleteObjects)
	}
	for _, key := range req.Keys {
		if err := who.may("s3:DeleteObject", k.arn()+"/"+key, k, nil); err != nil {
			response.Failed = append(response.Failed, driver.ObjectFailure{Key: key, Code: "AccessDenied", Message: "Access Denied"})
			continue
		}
		delete(k.objects, key)
		response.Deleted = append(response.Deleted, key)
	}
	return response, nil
}
