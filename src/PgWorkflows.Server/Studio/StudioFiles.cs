using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace PgWorkflows.Server.Studio;

/// <summary>
/// The files of Studio's package. They are listed once, so a request can only name a file that is there; most are kept compressed and are
/// unpacked for the few clients that do not take brotli.
/// </summary>
internal sealed partial class StudioFiles
{
    private const string Compressed = ".br";

    private readonly Dictionary<string, string> _files;
    private readonly FileExtensionContentTypeProvider _types = new()
    {
        Mappings = { [".wasm"] = "application/wasm", [".dat"] = "application/octet-stream", [".blat"] = "application/octet-stream", [".webmanifest"] = "application/manifest+json" },
    };

    public StudioFiles(string folder) => _files = Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(file => NameOf(Path.GetRelativePath(folder, file)), file => file, StringComparer.Ordinal)
        : [];

    public IResult Answer(string path, HttpContext context)
    {
        if (!_files.TryGetValue(path, out var file))
            return Results.NotFound();

        var headers = context.Response.Headers;
        headers.CacheControl = Fingerprint().IsMatch(path) ? "public, max-age=31536000, immutable" : "public, max-age=3600";
        headers.XContentTypeOptions = "nosniff";
        var type = _types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        var information = new FileInfo(file);
        var tag = new EntityTagHeaderValue($"\"{information.LastWriteTimeUtc.Ticks:x}-{information.Length:x}\"");
        if (!file.EndsWith(Compressed, StringComparison.Ordinal))
            return Results.File(file, type, entityTag: tag);

        headers.Vary = "Accept-Encoding";
        if (context.Request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "br" && encoding.Quality != 0))
        {
            headers.ContentEncoding = "br";
            return Results.File(file, type, entityTag: tag);
        }

        return Results.Stream(new BrotliStream(File.OpenRead(file), CompressionMode.Decompress), type);
    }

    private static string NameOf(string relative)
    {
        var name = relative.Replace('\\', '/');
        return name.EndsWith(Compressed, StringComparison.Ordinal) ? name[..^Compressed.Length] : name;
    }

    /// <summary>A name with its content's fingerprint, as Blazor makes them: such a file never changes.</summary>
    [GeneratedRegex(@"\.[a-z0-9]{10}\.(wasm|js|dat|css|bundle\.scp\.css)$")]
    private static partial Regex Fingerprint();
}
