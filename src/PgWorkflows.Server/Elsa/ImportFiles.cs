using System.IO.Compression;

namespace PgWorkflows.Server.Elsa;

/// <summary>Reads uploaded JSON files and ZIP archives of them within bounds. Names inside of an archive are never used as paths.</summary>
internal static class ImportFiles
{
    /// <summary>The largest upload.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private const int MaxEntries = 200;
    private const long MaxUnpacked = 32 * 1024 * 1024;

    /// <summary>JSON seldom packs better than this; an archive that does is a trap.</summary>
    private const int MaxRatio = 200;

    public static async Task<IReadOnlyList<DefinitionInput>> ReadAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var shown = name.Length > 100 ? name[..100] : name;
        if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return await UnpackAsync(shown, content, cancellationToken);
        return [Read(await BytesAsync(content, Engine.Definitions.DefinitionReader.MaxBytes, shown, cancellationToken), shown)];
    }

    private static async Task<List<DefinitionInput>> UnpackAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await ZipArchive.CreateAsync(content, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            if (archive.Entries.Count > MaxEntries)
                throw new Refusal("files", $"{name} has {archive.Entries.Count:N0} entries; the limit is {MaxEntries}.");
            var inputs = new List<DefinitionInput>();
            var left = MaxUnpacked;
            foreach (var entry in archive.Entries.Where(entry => entry.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)))
            {
                if (entry.Length > 1024 * 1024 && entry.Length / Math.Max(1, entry.CompressedLength) > MaxRatio)
                    throw new Refusal("files", $"{name} holds an entry that unpacks to more than {MaxRatio} times its size.");
                await using var stream = await entry.OpenAsync(cancellationToken);
                var bytes = await BytesAsync(stream, (int)Math.Min(left, Engine.Definitions.DefinitionReader.MaxBytes), name, cancellationToken); // The entry's own word for its length is not trusted.
                left -= bytes.Length;
                inputs.Add(Read(bytes, $"{name}: entry {inputs.Count + 1}"));
            }

            return inputs;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            throw new Refusal("files", $"{name} is not a ZIP archive that can be read.");
        }
    }

    private static DefinitionInput Read(byte[] bytes, string place)
    {
        try
        {
            return DefinitionInput.Read(RequestBody.Parse(bytes.AsSpan() is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes, "files"), "files");
        }
        catch (Refusal refusal)
        {
            throw new Refusal("files", $"{place}: {refusal.Message}");
        }
    }

    private static async Task<byte[]> BytesAsync(Stream stream, int most, string name, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (memory.Length + read > most)
                throw new Refusal(StatusCodes.Status413PayloadTooLarge, "files", $"{name} holds more than {most:N0} bytes.");
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
